import type { Range } from '../../base/range.ts';
import { RequestError } from '../../base/request-error.ts';
import type { UsageFilter } from '../../sources/usage/usage-source.ts';
import type { PageRequest } from '../../sources/walk/page.ts';
import { builder } from '../builder.ts';
import { isUsageRecordId } from '../global-id.ts';
import { readConnection } from '../paging/connection.ts';
import { DateTimeRangeInput } from '../paging/date-time-range-input.ts';
import { needsPage } from '../paging/needs-page.ts';
import { UsageRecordConnectionType } from './usage-record-connection.ts';
import { readUsageFilter, UsageRecordFilterInput } from './usage-record-filter.ts';
import { UsageRecordType } from './usage-record-type.ts';

builder.queryField('usageRecord', (t) =>
  t.field({
    type: UsageRecordType,
    nullable: true,
    description: "One usage record by the vendor's id; null: there is none. `GET /usage/{id}`",
    args: { recordId: t.arg.id({ required: true, description: "The vendor's id, such as `53e6e0c8e4b0`." }) },
    resolve(_root, { recordId }, { usage }) {
      if (!isUsageRecordId(recordId)) {
        throw new RequestError('BAD_USER_INPUT', "'recordId' must be 1 to 64 of A-Z, a-z, 0-9, _ and -.", {
          argument: 'recordId',
        });
      }
      return usage.getUsageRecord(recordId, null);
    },
  }),
);

builder.queryField('usageRecords', (t) =>
  t.field({
    type: UsageRecordConnectionType,
    nullable: true,
    description: 'Usage records, newest first. The range defaults to the last 7 days. `GET /usage`',
    args: {
      range: t.arg({ type: DateTimeRangeInput, description: 'When. Left out: the last 7 days.' }),
      filter: t.arg({ type: UsageRecordFilterInput, description: 'Which records.' }),
      first: t.arg.int({ description: 'How many, from the newest on or behind `after`.' }),
      after: t.arg.string({ description: 'A cursor of an earlier page: only records behind it.' }),
      last: t.arg.int({ description: 'How many, from the oldest on or ahead of `before`.' }),
      before: t.arg.string({ description: 'A cursor of a later page: only records ahead of it.' }),
    },
    resolve(_root, args, context, info) {
      const { usage, viewer } = context;
      const filter = readUsageFilter(args.filter, viewer);
      const read = (page: PageRequest<UsageFilter>) => usage.listUsageRecords(page);
      const count = (range: Range) => usage.countUsageRecords(range, filter);
      const query = {
        list: 'usageRecords',
        sources: ['USAGE'],
        args,
        filter,
        wantsPage: needsPage(info),
      } as const;
      return readConnection({ ...query, read, count }, context);
    },
  }),
);
