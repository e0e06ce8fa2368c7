import type { Source } from '../../base/source.ts';
import { UpstreamError } from '../../base/upstream-error.ts';
import type { Position } from './position.ts';
import type { Strand } from './strand.ts';

/** Where the lists are, for errors. */
const OPERATIONS: Readonly<Record<Source, string>> = { USAGE: '/usage', EVENTS: '/events' };

/**
 * A strand that fails with `UPSTREAM_BAD_RESPONSE` where a whole range was read and of its rows not one could be understood:
 * that is no empty list. It is told of the range, not of each answer, since a window of it may hold nothing but one bad row.
 * Behind a cursor all is let through, for the cursor's row was understood.
 */
export function requireLegible<Row extends Position>(strand: Strand<Row>): Strand<Row> {
  return {
    ...strand,
    async *walk(walk) {
      let isLegible = walk.after !== null;
      let dropped = 0;
      for await (const step of strand.walk(walk)) {
        isLegible ||= step.rows.length > 0;
        dropped += step.dropped.length;
        if (step.ended && dropped > 0 && !isLegible) throw illegible(strand.source, dropped);
        yield step;
      }
    },
  };
}

function illegible(source: Source, dropped: number): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_BAD_RESPONSE',
    source,
    operation: OPERATIONS[source],
    message: `The vendor answered with ${dropped} ${dropped === 1 ? 'row' : 'rows'}, and none could be understood.`,
  });
}
