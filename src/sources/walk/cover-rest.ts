import type { Range } from '../../base/range.ts';
import type { Source } from '../../base/source.ts';
import { coverFailure } from './cover-failure.ts';
import type { Coverage } from './coverage.ts';
import type { Stopped } from './read-ranges.ts';

/** The coverage of the part of a range that was not read any more; none where all of it was. */
export function coverRest(source: Source, range: Range, stopped: Stopped | null): Coverage[] {
  if (stopped === null || range.fromMs >= Math.min(stopped.belowMs, range.toMs)) return [];
  const rest = { fromMs: range.fromMs, toMs: Math.min(stopped.belowMs, range.toMs) };
  if (stopped.kind === 'failure') return [coverFailure(source, rest, stopped.error)];
  return [
    {
      source,
      operation: null,
      status: 'TRUNCATED',
      ...rest,
      asOfMs: null,
      scanned: 0,
      matched: 0,
      dropped: 0,
      ...stopped.stop,
    },
  ];
}
