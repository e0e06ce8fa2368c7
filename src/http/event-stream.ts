import type { ExecutionResult, GraphQLError } from 'graphql';
import type { FrameIds } from './frames.ts';
import { PROOF_ENDED } from './proof-end.ts';
import type { ProofEnd } from './proof-end.ts';

/** How soon a client comes back, in milliseconds. */
const RETRY_MS = 1_000;

export interface EventStreamFacts {
  readonly ids: FrameIds;
  /** Whether the stream ends because this process does. */
  readonly isClosing: () => boolean;
  /** Gets the errors of each update, as the caller gets them. */
  readonly onErrors: (errors: readonly GraphQLError[]) => void;
  /** Ends the stream with an error; null: the caller's proof does not end. */
  readonly proofEnd: ProofEnd | null;
}

/**
 * The frames of a stream: https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md (distinct connections), and
 * https://html.spec.whatwg.org/multipage/server-sent-events.html for ids. Yoga's own writer has no ids.
 */
export async function* writeFrames(
  results: AsyncIterable<ExecutionResult>,
  { ids, isClosing, onErrors, proofEnd }: EventStreamFacts,
): AsyncGenerator<string, void> {
  const iterator = results[Symbol.asyncIterator]();
  try {
    // Some browsers wait for the first byte before they see the headers.
    yield `retry: ${RETRY_MS}\n\n`;
    for (;;) {
      const next = iterator.next();
      const read = await (proofEnd ? Promise.race([proofEnd.promise, next]) : next);
      if (!read) {
        onErrors([PROOF_ENDED]);
        // Without an id, so that the client goes on from the last entries that it has.
        yield `event: next\ndata: ${JSON.stringify({ errors: [PROOF_ENDED] })}\n\n`;
        break;
      }
      if (read.done) break;
      const id = ids.shift();
      if (read.value.errors) onErrors(read.value.errors);
      yield `event: next\n${id === null ? '' : `id: ${id}\n`}data: ${JSON.stringify(read.value)}\n\n`;
    }
  } finally {
    proofEnd?.cancel();
    await iterator.return?.();
  }
  // Without `complete` the clients of the protocol, and browsers, connect again and resume.
  yield isClosing() ? ': this server ends; connect again\n\n' : 'event: complete\ndata:\n\n';
}
