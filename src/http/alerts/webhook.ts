import { createHttpTransport } from '../../upstream/http-transport.ts';
import { decodePauseOf } from '../../upstream/pause.ts';
import { TransportFailure } from '../../upstream/transport.ts';
import type { PostTransport } from '../../upstream/transport.ts';
import type { Clock } from '../../base/time.ts';
import type { AlertSettings } from './file.ts';
import { signMessage } from './message.ts';
import type { AlertMessage } from './message.ts';
import type { SendOutcome } from './outbox.ts';

/** The receiver of an alert's messages. */
export interface Webhook {
  /** One attempt. A redirect is a failure: what it names is not the receiver that the file names. Rejects only if the signal aborts. */
  send(message: AlertMessage, signal: AbortSignal): Promise<SendOutcome>;
  close(): Promise<void>;
}

const ATTEMPT_TIMEOUT_MS = 10_000;
/** The body of an answer is not read. */
const MAX_ANSWER_BYTES = 65_536;
const MAX_PAUSE_MS = 3_600_000;

/** @param transport in place of sockets; left out: undici */
export function createWebhook(
  { url, key }: AlertSettings['webhook'],
  clock: Clock,
  transport?: PostTransport,
): Webhook {
  const { origin, pathname, search } = new URL(url.reveal());
  const post =
    transport ??
    createHttpTransport({
      baseUrl: new URL(origin),
      maxConcurrency: 1,
      maxBodyBytes: MAX_ANSWER_BYTES,
      attemptTimeoutMs: ATTEMPT_TIMEOUT_MS,
    });
  const judge = (status: number | null, headers: Readonly<Record<string, string>>): SendOutcome => ({
    isTaken: status !== null && status >= 200 && status < 300,
    status,
    retryAfterMs:
      status === null ? null : (decodePauseOf({ status, headers }, clock.now(), MAX_PAUSE_MS) ?? null),
  });
  return {
    async send(message, signal) {
      try {
        const { status, headers } = await post.post({
          target: `${pathname}${search}`,
          json: message.body,
          headers: signMessage(message, key, clock.now()),
          timeoutMs: ATTEMPT_TIMEOUT_MS,
          signal,
        });
        return judge(status, headers);
      } catch (error) {
        signal.throwIfAborted();
        // The status of an answer counts, whatever its body is.
        return error instanceof TransportFailure
          ? judge(error.status ?? null, error.headers)
          : judge(null, {});
      }
    },
    close: () => post.close(),
  };
}
