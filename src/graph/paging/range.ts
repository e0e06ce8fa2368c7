import { RequestError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import { Temporal } from '../../base/time.ts';
import type { Range } from '../../base/time.ts';

/** `DateTimeRange` as GraphQL hands it over; moments in milliseconds since the epoch. */
export interface RangeInput {
  readonly from?: number | null | undefined;
  readonly to?: number | null | undefined;
  readonly last?: string | null | undefined;
}

const DEFAULT_LAST = 'P7D';
const TOO_EARLY = 'reaches back further than time can be written.';
/** A year is written with four digits, here and at both vendors. */
export const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');

/**
 * The range that is meant, fixed against `nowMs`; nothing given means the last 7 days up to `endMs`. A `to` in the future is
 * `nowMs`.
 * @throws RequestError `BAD_USER_INPUT` naming the part at fault
 */
export function freezeRange(
  input: RangeInput | null | undefined,
  nowMs: number,
  endMs: number = nowMs,
): Range {
  const from = input?.from ?? null;
  const to = input?.to ?? null;
  const last = input?.last ?? null;
  if (from !== null && last !== null) throw fault('last', "takes the place of 'from': give one of the two.");
  if (to !== null && from === null && last === null) {
    throw fault('to', "needs a beginning beside it: give 'from' or 'last' as well.");
  }
  if (from === null && to === null && last === null)
    return { fromMs: countBack(endMs, DEFAULT_LAST), toMs: endMs };
  const toMs = Math.min(to ?? nowMs, nowMs);
  if (from === null) return { fromMs: countBack(toMs, last ?? DEFAULT_LAST), toMs };
  if (from < EARLIEST_MS) throw fault('from', TOO_EARLY);
  if (from >= nowMs) throw fault('from', 'must lie before now.');
  if (from >= toMs) throw fault('from', "must lie before 'to'.");
  return { fromMs: from, toMs };
}

function countBack(toMs: number, last: string): number {
  const duration = Temporal.Duration.from(last);
  if (duration.sign <= 0) throw fault('last', 'must be longer than nothing.');
  let fromMs: number;
  try {
    fromMs = Temporal.Instant.fromEpochMilliseconds(toMs)
      .toZonedDateTimeISO('UTC')
      .subtract(duration).epochMilliseconds;
  } catch {
    throw fault('last', TOO_EARLY);
  }
  if (fromMs < EARLIEST_MS) throw fault('last', TOO_EARLY);
  return fromMs;
}

function fault(part: 'from' | 'to' | 'last', sentence: string): RequestError {
  const argument = `range.${part}`;
  return new RequestError('BAD_USER_INPUT', `'${argument}' ${sentence}`, { argument });
}

/** When a source's entries end, if that is known: with the last row of its files. null: they go on until now. */
export type SourceEnds = Readonly<Record<Source, number | null>>;

/** Where the default range of a list over these sources ends: with the last entry that any of them can have. */
export function defaultEnd(ends: SourceEnds, sources: readonly Source[], nowMs: number): number {
  const known = sources.flatMap((source) => ends[source] ?? []);
  return known.length > 0 ? Math.max(...known) : nowMs;
}
