import { createClient } from 'graphql-sse';
import type { ClientOptions, RequestParams, Sink } from 'graphql-sse';

/** One answer of a stream, as it came. */
export interface StreamAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string }[];
}

export interface StreamOptions extends Omit<ClientOptions, 'headers'> {
  /** Asked for each connection, so that a new token is used when there is one. */
  readonly headers?: () => Record<string, string>;
}

/**
 * Follows `Subscription.activity`, of which `cursor` must be selected. If the connection breaks or the service restarts, the stream goes on
 * behind the last answer that came, so that no entry is lost or comes twice. The returned function ends it.
 */
export function followStream(
  { headers = () => ({}), ...options }: StreamOptions,
  request: RequestParams,
  sink: Sink<StreamAnswer>,
): () => void {
  let place: string | null = null;
  const client = createClient({
    ...options,
    headers: () => ({ ...headers(), ...(place === null ? {} : { 'last-event-id': place }) }),
  });
  const leave = client.subscribe<{ activity?: { cursor?: string } }>(request, {
    next(answer) {
      place = answer.data?.activity?.cursor ?? place;
      sink.next(answer);
    },
    error: (error) => sink.error(error),
    complete: () => sink.complete(),
  });
  return () => {
    leave();
    client.dispose();
  };
}
