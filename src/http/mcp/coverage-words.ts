import type { GraphQLError } from 'graphql';

/** A span of coverage, as far as a document selects it. */
export interface CoveredSpan {
  readonly source?: string;
  readonly operation?: string | null;
  readonly status?: string;
  readonly from?: string;
  readonly to?: string;
  readonly code?: string | null;
  readonly dropped?: number;
}

/** How whole an answer is. */
export interface Wholeness {
  /** Whether everything that was asked for is in the answer. */
  readonly isAll: boolean;
  /** The same as a sentence, with what is missing and why. It holds no text of a vendor. */
  readonly words: string;
}

export interface Cut {
  /** Rows that are in the answer, and of how many; null: it is not known, because further pages follow. */
  readonly shown: number;
  readonly of: number | null;
  /** It was cut because it would have had too many bytes. */
  readonly isForSize: boolean;
}

/** Every span of coverage in an answer. */
export function listCoverage(data: unknown): readonly CoveredSpan[] {
  if (Array.isArray(data)) return data.flatMap(listCoverage);
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, value]: [string, unknown]) =>
    key === 'coverage' && Array.isArray(value) ? (value as CoveredSpan[]) : listCoverage(value),
  );
}

/** Where an answer has a list inside that goes on, such as `node.relatedUsage`. */
export function listOpenLists(data: unknown, path: readonly string[] = []): readonly string[] {
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, value]: [string, unknown]) => {
    const isOpen = key === 'pageInfo' && (value as { readonly hasNextPage?: unknown }).hasNextPage === true;
    return isOpen ? [path.join('.')] : listOpenLists(value, [...path, key]);
  });
}

/** null: nothing in the answer says how whole it is, because it is no list. */
export function describeWholeness(
  spans: readonly CoveredSpan[],
  cut: Cut | null,
  errors: readonly GraphQLError[],
  openLists: readonly string[] = [],
): Wholeness | null {
  if (spans.length === 0 && !cut && errors.length === 0) return null;
  const gaps = [
    ...(cut ? [describeCut(cut)] : []),
    ...describeSpans(spans),
    ...openLists.map((path) => `Further entries of '${path}' are not shown.`),
    ...errors.map(({ path = [], message }) => `'${path.join('.')}' could not be read: ${message}`),
  ];
  const isRest =
    !cut &&
    openLists.length === 0 &&
    errors.length === 0 &&
    spans.some(({ status }) => status === 'COMPLETE');
  const rest = isRest ? ' Everything else was read whole.' : '';
  if (gaps.length > 0) return { isAll: false, words: `This is not all: ${gaps.join(' ')}${rest}` };
  const read = describeTimes(spans);
  return { isAll: true, words: `This is all. Read whole: ${read}.` };
}

function describeCut({ shown, of, isForSize }: Cut): string {
  const why = isForSize ? ', because an answer has a largest size' : '';
  const count =
    of === null ? `${shown} entries are shown, and more may follow` : `${shown} of ${of} are shown`;
  return `${count}${why}. Call the tool again with 'after' to go on.`;
}

const REASONS: Readonly<Record<string, string>> = {
  SCAN_LIMIT: 'a scan may read only so many rows',
  CALL_BUDGET: 'an operation may make only so many vendor calls',
  UPSTREAM: 'the vendor failed or its figures are not exact',
  NOT_CONFIGURED: 'this service has no access to that source',
  FORBIDDEN: 'this caller lacks the scope for that source',
  ROWS_DROPPED: 'rows could not be parsed',
};

const WAYS_OUT: Readonly<Record<string, string>> = {
  SCAN_LIMIT: "Use 'after' if the answer has one, or a shorter range.",
  CALL_BUDGET: "Use 'after' if the answer has one, or a shorter range.",
  UPSTREAM: 'Ask again later. That nothing is shown there does not prove that nothing happened.',
};

/** What is missing, one sentence for each kind of gap. */
function describeSpans(spans: readonly CoveredSpan[]): string[] {
  const kinds = new Map<string, CoveredSpan[]>();
  for (const span of spans) {
    if (span.status === 'COMPLETE') continue;
    const key = `${span.status} ${span.code ?? ''}`;
    kinds.set(key, [...(kinds.get(key) ?? []), span]);
  }
  return [...kinds.values()].map((alike) => {
    const { status = '', code } = alike[0]!;
    const where = describeTimes(alike);
    const because = code ? `, because ${REASONS[code] ?? code}` : '';
    const way = (code && WAYS_OUT[code]) ?? '';
    return `${describeStatus(status, where, because)}${way && ` ${way}`}`;
  });
}

function describeStatus(status: string, where: string, because: string): string {
  switch (status) {
    case 'FILLING':
      return `Entries may still be added to ${where} (FILLING).`;
    case 'EXPIRED':
      return `Entries may have been deleted from ${where} (EXPIRED).`;
    case 'STALE':
      return `An earlier answer is shown for ${where} (STALE)${because}.`;
    case 'FAILED':
      return `Nothing could be read of ${where} (FAILED)${because}.`;
    default:
      return `Only a part was read of ${where} (${status})${because}.`;
  }
}

/** Each source once, with the time from its earliest to its latest span. */
function describeTimes(spans: readonly CoveredSpan[]): string {
  const times = new Map<string, { from: string; to: string }>();
  for (const { source = 'the source', from = '', to = '' } of spans) {
    const time = times.get(source);
    if (!time) times.set(source, { from, to });
    else {
      if (from < time.from) time.from = from;
      if (to > time.to) time.to = to;
    }
  }
  return [...times]
    .map(([source, { from, to }]) => (from ? `${source} from ${from} to ${to}` : source))
    .join(' and ');
}
