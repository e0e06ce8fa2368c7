import { attemptChannel } from '../base/channels.ts';
import type { AttemptNews } from '../base/channels.ts';
import { UpstreamError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { Source } from '../base/source.ts';
import type { Clock } from '../base/time.ts';
import type { AttemptReport } from './attempt.ts';
import { decodeText } from './body.ts';
import { decodePauseOf } from './pause.ts';
import { TransportFailure } from './transport.ts';
import type { PostTransport, TransportAnswer } from './transport.ts';

/** The vendor's names for the fields of the JSON that it gets, and of the JSON that it answers with. */
export interface ExchangeFields {
  readonly username: string;
  readonly password: string;
  readonly token: string;
}

export interface TokenExchangeOptions {
  readonly source: Source;
  /** The vendor's path template, for errors and logs. */
  readonly operation: string;
  /** The path below the transport's base URL. */
  readonly target: string;
  readonly transport: PostTransport;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly username: Secret;
  readonly password: Secret;
  readonly fields: ExchangeFields;
  /** Called after every exchange, without values. Must not throw. */
  readonly onAttempt?: ((report: AttemptReport) => void) | undefined;
}

/**
 * Asks the vendor once for a new token.
 * @throws UpstreamError `UPSTREAM_UNAUTHENTICATED` if the vendor refuses or answers without a token;
 *   `UPSTREAM_UNAVAILABLE` if there is no answer or the vendor has a fault
 */
export type TokenExchange = () => Promise<Secret>;

/** The longest pause after a failed exchange. A longer `Retry-After` is cut to this. */
export const LONGEST_PAUSE_MS = 60_000;

// The grammar after `Bearer ` (RFC 6750 2.1), with a bound well below the bounds that servers set on headers.
const TOKEN = /^[A-Za-z0-9._~+/-]{1,7000}={0,2}$/;

/** POSTs `{username, password}` as JSON. The answer is JSON with the token, or the bare token. */
export function createTokenExchange(options: TokenExchangeOptions): TokenExchange {
  const { source, operation, target, transport, clock, timeoutMs, fields, onAttempt } = options;
  const fail = (code: 'UPSTREAM_UNAUTHENTICATED' | 'UPSTREAM_UNAVAILABLE', message: string, more = {}) =>
    new UpstreamError({ code, source, operation, message, ...more });

  const send = async (): Promise<TransportAnswer> => {
    const json = JSON.stringify({
      [fields.username]: options.username.reveal(),
      [fields.password]: options.password.reveal(),
    });
    try {
      // All callers share the exchange, so only its own timer ends it.
      return await transport.post({ target, json, timeoutMs, signal: new AbortController().signal });
    } catch (cause) {
      const { status, headers } = cause instanceof TransportFailure ? cause : {};
      // The status of a refusal is enough, as in every call.
      if (status !== undefined && headers && status >= 300) return { status, headers, body: Buffer.alloc(0) };
      throw fail('UPSTREAM_UNAVAILABLE', 'The vendor could not be reached for a token.', {
        cause,
        ...(status !== undefined && { status }),
      });
    }
  };

  const judge = ({ status, headers, body }: TransportAnswer): Secret => {
    if (status === 200 || status === 201) {
      const token = findToken(body, fields.token);
      if (token) return token;
      throw fail('UPSTREAM_UNAUTHENTICATED', "The vendor's answer has no token at the expected place.", {
        status,
      });
    }
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
      throw fail('UPSTREAM_UNAUTHENTICATED', 'The vendor gives no token for these credentials.', { status });
    }
    const retryAfterMs = decodePauseOf({ status, headers }, clock.now(), LONGEST_PAUSE_MS);
    throw fail('UPSTREAM_UNAVAILABLE', `The vendor answered with status ${status} instead of a token.`, {
      status,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  };

  const ask = async (news: AttemptNews): Promise<Secret> => {
    const startMs = clock.now();
    const { attempt, waitedMs } = news;
    const report = (status: number | null, code: AttemptReport['code'], bytes: number): void => {
      news.report = { status, code, rows: 0, bytes };
      const ms = clock.now() - startMs;
      onAttempt?.({ source, operation, attempt, status, code, ms, waitedMs, rows: 0, bytes });
    };
    let bytes = 0;
    try {
      const answer = await send();
      bytes = answer.body.length;
      const token = judge(answer);
      report(answer.status, null, bytes);
      return token;
    } catch (error) {
      if (error instanceof UpstreamError) report(error.status ?? null, error.code, bytes);
      throw error;
    }
  };
  return () => {
    const news: AttemptNews = { source, operation, attempt: 1, verdict: null, waitedMs: 0, report: null };
    return attemptChannel.hasSubscribers ? attemptChannel.tracePromise(() => ask(news), news) : ask(news);
  };
}

function findToken(body: Buffer, field: string): Secret | null {
  const found = readField(body, field);
  return typeof found === 'string' && TOKEN.test(found) ? new Secret(found) : null;
}

/** The field of a JSON object, the text of a JSON string, or a body that is not JSON. */
function readField(body: Buffer, field: string): unknown {
  let text: string;
  try {
    text = decodeText(body).trim();
  } catch {
    return null;
  }
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return typeof parsed === 'string' ? parsed : text;
    return Object.entries(parsed).find(([name]) => name === field)?.[1];
  } catch {
    // Not JSON. The parser's error is dropped, because it quotes the body.
    return text;
  }
}
