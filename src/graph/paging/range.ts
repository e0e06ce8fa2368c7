import { RequestError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import { Temporal } from '../../base/time.ts';
import type { Range } from '../../base/time.ts';
import type { KnownRange } from '../../sources/paging/archived-rows.ts';

/** `DateTimeRange` as GraphQL passes it. Times are in milliseconds since the epoch. */
export interface RangeInput {
  readonly from?: number | null | undefined;
  readonly to?: number | null | undefined;
  readonly last?: string | null | undefined;
  readonly asKnownAt?: number | null | undefined;
}

/** What a range depends on besides its input. */
export interface RangeContext {
  /** The operation's now. */
  readonly nowMs: number;
  /** Whether there is an archive, which alone knows what was known when. */
  readonly hasArchive: boolean;
}

const DEFAULT_LAST = 'P7D';
/** The earliest time of a range. Years have four digits here and at both vendors. */
export const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');

/**
 * The range that the input means at `nowMs`. An empty input means the last 7 days up to `endMs`. A `to` in the future means
 * `nowMs`.
 * @throws RequestError `BAD_USER_INPUT`, names the faulty part; also for `asKnownAt` without an archive
 */
export function freezeRange(
  input: RangeInput | null | undefined,
  { nowMs, hasArchive }: RangeContext,
  endMs: number = nowMs,
): KnownRange {
  const asKnownAt = input?.asKnownAt ?? null;
  if (asKnownAt === null) return freezeSpan(input, nowMs, endMs);
  if (!hasArchive) throw fault('asKnownAt', NEEDS_ARCHIVE);
  return { ...freezeSpan(input, nowMs, endMs), knownAtMs: Math.min(asKnownAt, nowMs) };
}

function freezeSpan(input: RangeInput | null | undefined, nowMs: number, endMs: number): Range {
  const from = input?.from ?? null;
  const to = input?.to ?? null;
  const last = input?.last ?? null;
  if (from !== null && last !== null)
    throw fault('last', "can't be combined with 'from'. Give one of the two.");
  if (to !== null && from === null && last === null) {
    throw fault('to', "needs a start. Give 'from' or 'last' as well.");
  }
  if (from === null && to === null && last === null)
    return { fromMs: countBack(endMs, DEFAULT_LAST), toMs: endMs };
  const toMs = Math.min(to ?? nowMs, nowMs);
  if (from === null) return { fromMs: countBack(toMs, last ?? DEFAULT_LAST), toMs };
  if (from < EARLIEST_MS) throw fault('from', TOO_EARLY);
  if (from >= nowMs) throw fault('from', 'must be before now.');
  if (from >= toMs) throw fault('from', "must be before 'to'.");
  return { fromMs: from, toMs };
}

const NEEDS_ARCHIVE =
  'needs the archive, and there is none. Leave it out, or ask the operator to set SIGHTLINE_ARCHIVE.';
const TOO_EARLY = 'must not reach back before the year 1.';

function countBack(toMs: number, last: string): number {
  const duration = Temporal.Duration.from(last);
  if (duration.sign <= 0) throw fault('last', "must be longer than zero, such as 'P7D'.");
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

function fault(part: keyof RangeInput, rule: string): RequestError {
  const argument = `range.${part}`;
  return new RequestError('BAD_USER_INPUT', `'${argument}' ${rule}`, { argument });
}

/** The time at which a source's entries end: after the last row of its files. null: they continue until now. */
export type SourceEnds = Readonly<Record<Source, number | null>>;

/** The end of the default range of a list over these sources: the latest end of any of them, or now if none is known. */
export function defaultEnd(ends: SourceEnds, sources: readonly Source[], nowMs: number): number {
  const known = sources.flatMap((source) => ends[source] ?? []);
  return known.length > 0 ? Math.max(...known) : nowMs;
}
