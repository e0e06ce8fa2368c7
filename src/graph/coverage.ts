import type { Coverage } from '../sources/paging/coverage.ts';
import { builder } from './builder.ts';
import { SourceType } from './source.ts';

const CoverageStatusType = builder.enumType('CoverageStatus', {
  description:
    'How complete a stretch is. Where several hold, the first of FAILED, STALE, TRUNCATED, EXPIRED, FILLING, COMPLETE is told.',
  values: {
    COMPLETE: { description: 'All that the vendor has is here.' },
    FILLING: {
      description:
        'May still gain entries: the newest part, or what lies behind the last row of served files.',
    },
    EXPIRED: {
      description:
        'Older than the vendor is said to keep, or in none of the files that are served in its place.',
    },
    TRUNCATED: {
      description:
        'A bound stopped the scan and `endCursor` resumes it, or rows were dropped (ROWS_DROPPED). More pages alone is not TRUNCATED.',
    },
    STALE: { description: 'The vendor failed, and an earlier answer stands in.' },
    FAILED: {
      description:
        'Nothing could be read or understood. In a timeline, the same `after` again reads the stretch anew, and `endCursor` skips it.',
    },
  } as const,
});

const CoverageCodeType = builder.enumType('CoverageCode', {
  description: 'Why a stretch is less than complete.',
  values: {
    SCAN_LIMIT: { description: 'The scan looked at as many rows as one operation may.' },
    CALL_BUDGET: { description: 'The vendor calls of this operation were spent.' },
    UPSTREAM: { description: 'The vendor failed.' },
    NOT_CONFIGURED: { description: 'There are no credentials for this source, and no file.' },
    FORBIDDEN: { description: 'The caller may not see this.' },
    ROWS_DROPPED: { description: 'Rows could not be understood and are missing.' },
  } as const,
});

/** `Coverage` in the graph. */
export const CoverageType = builder.objectRef<Coverage>('Coverage').implement({
  description:
    "How complete an answer is, as data: in an audit, silence must not read as 'nothing happened'. One entry per source (and operation, for series) and disjoint stretch that this page examined, newest first.",
  fields: (t) => ({
    source: t.expose('source', { type: SourceType, description: 'Whose entries these are.' }),
    operation: t.exposeString('operation', {
      nullable: true,
      description: "The vendor's path template, for series.",
    }),
    status: t.expose('status', { type: CoverageStatusType, description: 'How complete the stretch is.' }),
    from: t.expose('fromMs', { type: 'DateTime', description: 'Where the stretch begins; it is in.' }),
    to: t.expose('toMs', { type: 'DateTime', description: 'Where the stretch ends; it is out.' }),
    asOf: t.expose('asOfMs', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was read from the vendor; null: never.',
    }),
    scanned: t.expose('scanned', {
      type: 'SafeInt',
      nullable: true,
      description: 'Rows that were looked at; null where rows are not looked at.',
    }),
    matched: t.expose('matched', {
      type: 'SafeInt',
      nullable: true,
      description: 'Rows of those that the filter kept.',
    }),
    dropped: t.expose('dropped', {
      type: 'SafeInt',
      description: 'Rows that could not be understood; where it is COMPLETE, 0.',
    }),
    code: t.expose('code', {
      type: CoverageCodeType,
      nullable: true,
      description: 'Why it is less than complete.',
    }),
    reason: t.exposeString('reason', { nullable: true, description: 'The same in a sentence.' }),
  }),
});
