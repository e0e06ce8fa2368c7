import { RequestError } from '../../base/request-error.ts';
import { appendAll } from './append-all.ts';
import { recordCoverage, type Examined, type Stop } from './coverage-recorder.ts';
import type { Page, PageRequest } from './page.ts';
import { edgeAt, startOfRest, type Position } from './position.ts';
import type { Strand } from './strand.ts';
import type { Step } from './walk-list.ts';

/**
 * Takes one page from a walk: `count` matching rows and one more, which proves that there is a next page and is not given
 * out. A scan that reaches its bound, or a walk whose call budget ends, gives what it has, TRUNCATED, with the place to
 * resume from.
 * @throws UpstreamError; RequestError `LIMIT_EXCEEDED` where the budget ends before anything was examined
 */
export async function readPage<Row extends Position>(
  request: Omit<PageRequest<unknown>, 'filter'>,
  strand: Strand<Row>,
  nowMs: number,
): Promise<Page<Row>> {
  const { range, count, travel, after } = request;
  const { source, isMatch, maxScannedRows } = strand;
  const down = travel === 'forward';
  const matches: Row[] = [];
  const examined: Examined[] = [];
  let scanned = 0;
  let edgeMs = startOfRest(source, range, after, down ? 'down' : 'up');
  let hasMore = false;
  let resume: Position | null = null;
  let stop: Stop | null = null;

  const steps = strand.walk({
    range,
    direction: down ? 'down' : 'up',
    after,
    wanted: () => (maxScannedRows === null ? count + 1 - matches.length : maxScannedRows - scanned),
  });
  const note = (step: Step<Row>, rows: readonly Row[], dropped: number, untilMs: number): void => {
    const fromMs = down ? untilMs : edgeMs;
    const toMs = down ? edgeMs : untilMs;
    if (fromMs < toMs) {
      const seen = rows.map((row) => ({ timestampMs: row.timestampMs, isMatch: isMatch(row) }));
      examined.push({ fromMs, toMs, readAtMs: step.readAtMs, stale: step.stale, dropped, rows: seen });
    }
    edgeMs = untilMs;
  };

  try {
    for await (const step of steps) {
      const taken = takeMatches(step.rows, isMatch, count - matches.length);
      appendAll(matches, taken.matches);
      if (taken.isFull) {
        // One row more than asked has been seen: the page ends with the last one given out.
        hasMore = true;
        const last = matches.at(-1);
        resume = last ?? after;
        if (last && taken.examined > 0) {
          const dropped = step.dropped.filter((ms) =>
            down ? ms >= last.timestampMs : ms <= last.timestampMs,
          ).length;
          const rows = step.rows.slice(0, taken.examined);
          note(step, rows, dropped, down ? last.timestampMs : last.timestampMs + 1);
        }
        break;
      }
      scanned += step.rows.length + step.dropped.length;
      note(step, step.rows, step.dropped.length, step.edgeMs);
      resume = edgeAt(source, step.edgeMs);
      if (step.ended) break;
      if (maxScannedRows !== null && scanned >= maxScannedRows) {
        hasMore = true;
        stop = {
          code: 'SCAN_LIMIT',
          reason: `The scan stopped at its bound of ${maxScannedRows} rows; endCursor goes on from there.`,
        };
        break;
      }
    }
  } catch (error) {
    const isBudget = error instanceof RequestError && error.code === 'LIMIT_EXCEEDED';
    if (!isBudget || resume === null) throw error;
    hasMore = true;
    stop = {
      code: 'CALL_BUDGET',
      reason: 'The vendor calls granted to this operation were used up; endCursor goes on from there.',
    };
  }

  return {
    rows: down ? matches : matches.reverse(),
    hasMore,
    resume,
    coverage: recordCoverage(source, examined, strand.age, nowMs, stop),
  };
}

/** Takes up to `room` matches; `isFull` where one more is there; `examined` rows lead up to the last one taken. */
function takeMatches<Row>(
  rows: readonly Row[],
  isMatch: (row: Row) => boolean,
  room: number,
): { readonly matches: readonly Row[]; readonly isFull: boolean; readonly examined: number } {
  const matches: Row[] = [];
  let examined = 0;
  for (const [at, row] of rows.entries()) {
    if (!isMatch(row)) continue;
    if (matches.length === room) return { matches, isFull: true, examined };
    matches.push(row);
    examined = at + 1;
  }
  return { matches, isFull: false, examined };
}
