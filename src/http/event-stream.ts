import type { ExecutionResult, GraphQLError } from 'graphql';
import type { FrameIds } from './frames.ts';

/** How soon a client comes back, in milliseconds. */
const RETRY_MS = 1_000;

export interface EventStreamFacts {
  readonly ids: FrameIds;
  /** Whether the stream ends because this process does. */
  readonly isClosing: () => boolean;
  /** Gets the errors of each update, as the caller gets them. */
  readonly onErrors: (errors: readonly GraphQLError[]) => void;
}

/**
 * The frames of a stream: https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md (distinct connections), and
 * https://html.spec.whatwg.org/multipage/server-sent-events.html for ids. Yoga's own writer has no ids.
 */
export async function* writeFrames(
  results: AsyncIterable<ExecutionResult>,
  { ids, isClosing, onErrors }: EventStreamFacts,
): AsyncGenerator<string, void> {
  const iterator = results[Symbol.asyncIterator]();
  try {
    // Some browsers wait for the first byte before they see the headers.
    yield `retry: ${RETRY_MS}\n\n`;
    for (let read = await iterator.next(); !read.done; read = await iterator.next()) {
      const id = ids.shift();
      if (read.value.errors) onErrors(read.value.errors);
      yield `event: next\n${id === null ? '' : `id: ${id}\n`}data: ${JSON.stringify(read.value)}\n\n`;
    }
  } finally {
    await iterator.return?.();
  }
  // Without `complete` the clients of the protocol, and browsers, connect again and resume.
  yield isClosing() ? ': this server ends; connect again\n\n' : 'event: complete\ndata:\n\n';
}
