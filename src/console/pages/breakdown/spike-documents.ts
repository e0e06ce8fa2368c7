import { graphql } from '../../generated/gql.ts';
import { readFragment } from '../../generated/fragment-masking.ts';
import type { FragmentType } from '../../generated/fragment-masking.ts';
import type { CallStretchQuery, EventStretchQuery } from '../../generated/graphql.ts';
import { COVERAGE_FIELDS } from '../../parts/coverage.tsx';
import type { Span } from '../../time/span.ts';
import type { Counted, Stretch } from './compare-stretches.ts';

/** One stretch in each dimension. They share one scan, because they have one range and one filter. Asked once for each stretch. */
export const CALL_STRETCH = graphql(`
  query CallStretch($range: DateTimeRange!, $filter: UsageRecordFilter, $withPersonal: Boolean!) {
    status: usageBreakdown(by: [STATUS], range: $range, filter: $filter, top: 200) {
      from
      to
      ...CallCounts
      coverage {
        ...CoverageFields
      }
    }
    element: usageBreakdown(by: [ELEMENT], range: $range, filter: $filter, top: 200) {
      ...CallCounts
    }
    api: usageBreakdown(by: [API], range: $range, filter: $filter, top: 200) {
      ...CallCounts
    }
    code: usageBreakdown(by: [RESPONSE_STATUS], range: $range, filter: $filter, top: 200) {
      ...CallCounts
    }
    method: usageBreakdown(by: [METHOD], range: $range, filter: $filter, top: 200) {
      ...CallCounts
    }
    account: usageBreakdown(by: [ACCOUNT], range: $range, filter: $filter, top: 200) {
      ...CallCounts
    }
    user: usageBreakdown(by: [USER], range: $range, filter: $filter, top: 200) {
      ...CallCounts
    }
    instance: usageBreakdown(by: [INSTANCE], range: $range, filter: $filter, top: 200) {
      ...CallCounts
    }
    tag: usageBreakdown(by: [TAG], range: $range, filter: $filter, top: 200) {
      ...CallCounts
    }
    ip: usageBreakdown(by: [IP_ADDRESS], range: $range, filter: $filter, top: 200)
      @include(if: $withPersonal) {
      ...CallCounts
    }
  }
`);

const CALL_COUNTS = graphql(`
  fragment CallCounts on UsageBreakdown {
    groups {
      key {
        dimension
        value
      }
      count
    }
    other {
      count
    }
  }
`);

export const EVENT_STRETCH = graphql(`
  query EventStretch($range: DateTimeRange!, $filter: EventFilter, $withPersonal: Boolean!) {
    category: eventBreakdown(by: [CATEGORY], range: $range, filter: $filter, top: 200) {
      from
      to
      ...EventCounts
      coverage {
        ...CoverageFields
      }
    }
    action: eventBreakdown(by: [ACTION], range: $range, filter: $filter, top: 200) {
      ...EventCounts
    }
    user: eventBreakdown(by: [USERNAME], range: $range, filter: $filter, top: 200)
      @include(if: $withPersonal) {
      ...EventCounts
    }
    ip: eventBreakdown(by: [IP_ADDRESS], range: $range, filter: $filter, top: 200)
      @include(if: $withPersonal) {
      ...EventCounts
    }
  }
`);

const EVENT_COUNTS = graphql(`
  fragment EventCounts on EventBreakdown {
    groups {
      key {
        dimension
        value
      }
      count
    }
    other {
      count
    }
  }
`);

interface CountsAnswer {
  readonly groups: readonly {
    readonly key: readonly { readonly value: string | null }[];
    readonly count: number;
  }[];
  readonly other: { readonly count: number } | null;
}

/** The answer as the rule compares it; null: the source gave none. */
export function readCallStretch(data: CallStretchQuery): Stretch | null {
  const { status, ...others } = data;
  if (!status) return null;
  const first = readFragment(CALL_COUNTS, status);
  const counted = Object.entries(others).flatMap(([dimension, answer]) =>
    isAnswer(answer) ? [readCounted(dimension, readFragment(CALL_COUNTS, answer))] : [],
  );
  return createStretch(status, first, [readCounted('status', first), ...counted]);
}

export function readEventStretch(data: EventStretchQuery): Stretch | null {
  const { category, ...others } = data;
  if (!category) return null;
  const first = readFragment(EVENT_COUNTS, category);
  const counted = Object.entries(others).flatMap(([dimension, answer]) =>
    isAnswer(answer) ? [readCounted(dimension, readFragment(EVENT_COUNTS, answer))] : [],
  );
  return createStretch(category, first, [readCounted('category', first), ...counted]);
}

/** `__typename` is in an answer, too. */
const isAnswer = <Answer>(value: Answer | string | null | undefined): value is Answer =>
  typeof value === 'object' && value !== null;

function createStretch(
  answer: {
    readonly from: string;
    readonly to: string;
    readonly coverage: readonly FragmentType<typeof COVERAGE_FIELDS>[];
  },
  first: CountsAnswer,
  counted: readonly Counted[],
): Stretch {
  const span: Span = { fromMs: Date.parse(answer.from), toMs: Date.parse(answer.to) };
  const counts = [...first.groups.map(({ count }) => count), first.other?.count ?? 0];
  return {
    ...span,
    total: counts.reduce((sum, count) => sum + count, 0),
    counted,
    statuses: readFragment(COVERAGE_FIELDS, answer.coverage).map(({ status }) => status),
  };
}

function readCounted(dimension: string, { groups, other }: CountsAnswer): Counted {
  return {
    dimension,
    isCut: other !== null,
    values: groups.map(({ key, count }) => ({ value: key[0]?.value ?? null, count })),
  };
}
