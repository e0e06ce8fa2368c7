import type { Source } from '../../base/source.ts';
import { UpstreamError } from '../../base/upstream-error.ts';
import type { Position } from './position.ts';
import type { Strand } from './strand.ts';

/** Where the lists are, for errors. */
const OPERATIONS: Readonly<Record<Source, string>> = { USAGE: '/usage', EVENTS: '/events' };

/**
 * A strand that fails with `UPSTREAM_BAD_RESPONSE` if the rest of a range was read and not one row that came could be understood:
 * that is no empty list, and no end of one. It is judged over all answers of a walk, since a window of time may hold nothing
 * but one bad row. Behind a cursor the cursor's own row comes again.
 */
export function requireLegible<Row extends Position>(strand: Strand<Row>): Strand<Row> {
  return {
    ...strand,
    async *walk(walk) {
      let received = 0;
      let parsed = 0;
      for await (const step of strand.walk(walk)) {
        received += step.received;
        parsed += step.parsed;
        if (step.ended && received > 0 && parsed === 0) throw illegible(strand.source, received);
        yield step;
      }
    },
  };
}

/** What to throw for rows of which not one could be understood. */
export function illegible(source: Source, received: number): UpstreamError {
  return new UpstreamError({
    code: 'UPSTREAM_BAD_RESPONSE',
    source,
    operation: OPERATIONS[source],
    message: `The vendor answered with ${received} ${received === 1 ? 'row' : 'rows'}, and none could be understood.`,
  });
}
