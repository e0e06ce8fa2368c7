import type { Coverage } from '../sources/paging/coverage.ts';
import { builder } from './builder.ts';

export const SourceType = builder.enumType('Source', {
  description: 'The two vendors. If entries have the same time, those of USAGE come before those of EVENTS.',
  values: {
    USAGE: {
      description: 'The Usage API of SAP Open Connectors: a log of API calls to elements (connectors).',
    },
    EVENTS: { description: 'The Events API of the billing system: a log of user actions.' },
  } as const,
});

const CoverageStatusType = builder.enumType('CoverageStatus', {
  description:
    'How complete a span of time is. If several statuses apply, the most severe is reported: FAILED, STALE, TRUNCATED, EXPIRED, FILLING, COMPLETE, in this order.',
  values: {
    COMPLETE: { description: 'Everything that the vendor has is here.' },
    FILLING: {
      description:
        'Entries may still be added, because the span is very new or lies behind the last row of the served files. Ask again later.',
    },
    EXPIRED: {
      description:
        'The span is older than the retention that the operator has set, or it lies before or between the served files. Rows may have been deleted.',
    },
    TRUNCATED: {
      description:
        'A limit stopped the scan, or rows were skipped; `code` says which. If a limit stopped it, continue from `endCursor`. Further pages alone do not make a span TRUNCATED.',
    },
    STALE: { description: 'The vendor failed. An earlier answer is shown instead, from the time in `asOf`.' },
    FAILED: {
      description:
        'Nothing could be read or parsed. In a timeline, ask with the same `after` to read the span again, or continue from `endCursor` without it.',
    },
  } as const,
});

const CoverageCodeType = builder.enumType('CoverageCode', {
  description: 'Why a span is not complete.',
  values: {
    SCAN_LIMIT: { description: 'The scan reached the number of rows that one scan may read.' },
    CALL_BUDGET: { description: 'The operation, or its scan, used up its vendor calls.' },
    UPSTREAM: { description: 'The vendor failed, or its figures are not exact. `reason` says more.' },
    NOT_CONFIGURED: { description: 'This source has neither credentials nor a file.' },
    FORBIDDEN: { description: 'The caller may not read this source.' },
    ROWS_DROPPED: {
      description:
        'Rows were skipped because they could not be parsed, and `dropped` counts them; or the files lack a column that the filter uses, and `reason` names it.',
    },
  } as const,
});

const CoverageOriginType = builder.enumType('CoverageOrigin', {
  description: 'Where a span was read.',
  values: {
    VENDOR: { description: 'From the vendor: called for this answer, or for another one at the same time.' },
    CACHE: {
      description:
        'From an earlier answer of the vendor. If the status is STALE, it stands in because the vendor failed.',
    },
    ARCHIVE: { description: 'From the archive.' },
    FILE: { description: 'From the files that are served instead of the vendor.' },
    NONE: { description: 'Nothing was read.' },
  } as const,
});

export const CoverageType = builder.objectRef<Coverage>('Coverage').implement({
  description:
    'How complete an answer is. An empty list proves that nothing happened only if its coverage is COMPLETE. There is one entry for each source and each separate span of time that this page examined, newest first. Series have one for each vendor operation, too.',
  fields: (t) => ({
    source: t.expose('source', { type: SourceType, description: 'The source that was read.' }),
    operation: t.exposeString('operation', {
      nullable: true,
      description: "The path template of the vendor's operation. Null unless this is a series.",
    }),
    status: t.expose('status', { type: CoverageStatusType, description: 'How complete the span is.' }),
    from: t.expose('fromMs', { type: 'DateTime', description: 'Start of the span (inclusive).' }),
    to: t.expose('toMs', { type: 'DateTime', description: 'End of the span (exclusive).' }),
    asOf: t.expose('asOfMs', {
      type: 'DateTime',
      nullable: true,
      description: 'When the vendor was asked for the span. Null if it was not read.',
    }),
    origin: t.expose('origin', { type: CoverageOriginType, description: 'Where the span was read.' }),
    scanned: t.expose('scanned', {
      type: 'SafeInt',
      nullable: true,
      description: 'How many rows were read. Null for series and if the span could not be read.',
    }),
    matched: t.expose('matched', {
      type: 'SafeInt',
      nullable: true,
      description: 'How many of the `scanned` rows match the filter. Null if `scanned` is null.',
    }),
    dropped: t.expose('dropped', {
      type: 'SafeInt',
      description:
        'How many rows are missing because they could not be parsed, or because the vendor left them out of a series. 0 if COMPLETE.',
    }),
    code: t.expose('code', {
      type: CoverageCodeType,
      nullable: true,
      description: 'Why the span is not complete. Null if it is COMPLETE or the status alone says why.',
    }),
    reason: t.exposeString('reason', {
      nullable: true,
      description: 'More about the status, for people. The text may change; programs read `code`.',
    }),
  }),
});
