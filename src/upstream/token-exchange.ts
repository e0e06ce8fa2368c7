import { UpstreamError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { Source } from '../base/source.ts';
import type { Clock } from '../base/time.ts';
import type { AttemptReport } from './attempt.ts';
import { decodeText } from './body.ts';
import { decodeRetryAfter } from './pause.ts';
import { TransportFailure } from './transport.ts';
import type { PostTransport, TransportAnswer } from './transport.ts';

/** How a vendor names what it exchanges: fields of the JSON that it is sent, and of the JSON that it answers with. */
export interface ExchangeFields {
  readonly username: string;
  readonly password: string;
  readonly token: string;
}

export interface TokenExchangeOptions {
  readonly source: Source;
  /** For errors and logs: a path template, such as `/authenticate`. */
  readonly operation: string;
  /** The path below the transport's base URL. */
  readonly target: string;
  readonly transport: PostTransport;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly username: Secret;
  readonly password: Secret;
  readonly fields: ExchangeFields;
  /** Told of every exchange, without values. Must not throw. */
  readonly onAttempt?: ((report: AttemptReport) => void) | undefined;
}

/**
 * Asks the vendor once for a new token.
 * @throws UpstreamError `UPSTREAM_UNAUTHENTICATED` where the vendor refuses, or answers without a token;
 *   `UPSTREAM_UNAVAILABLE` where there is no answer, or one that tells of a fault of its own
 */
export type TokenExchange = () => Promise<Secret>;

/** After a failed exchange none is tried for this long at most, whatever the vendor asks for. */
export const LONGEST_PAUSE_MS = 60_000;

// What a header carries after `Bearer ` (RFC 6750 2.1), with a bound well below a server's on headers.
const TOKEN = /^[A-Za-z0-9._~+/-]{1,7000}={0,2}$/;

/** POSTs `{username, password}` as JSON; the answer is JSON that holds the token, or the bare token. */
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
      // Nobody's alone, so that no caller's leaving ends it; it ends by its own timer.
      return await transport.post({ target, json, timeoutMs, signal: new AbortController().signal });
    } catch (cause) {
      const { status, headers } = cause instanceof TransportFailure ? cause : {};
      // As of any call: a refusal is one whatever becomes of its body.
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
      throw fail('UPSTREAM_UNAUTHENTICATED', 'The vendor’s answer holds no token where one was looked for.', {
        status,
      });
    }
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
      throw fail('UPSTREAM_UNAUTHENTICATED', 'The vendor gives no token for these credentials.', { status });
    }
    const retryAfterMs =
      status === 429 || status === 503
        ? decodeRetryAfter(headers['retry-after'], clock.now(), LONGEST_PAUSE_MS)
        : undefined;
    throw fail('UPSTREAM_UNAVAILABLE', `The vendor answered with status ${status} instead of a token.`, {
      status,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  };

  return async () => {
    const startMs = clock.now();
    const report = (status: number | null, code: AttemptReport['code'], bytes: number): void =>
      onAttempt?.({ source, operation, attempt: 1, status, code, ms: clock.now() - startMs, bytes });
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
}

function findToken(body: Buffer, field: string): Secret | null {
  const found = readField(body, field);
  return typeof found === 'string' && TOKEN.test(found) ? new Secret(found) : null;
}

/** Of JSON: the field, or the text that it is as a whole; of anything else: all of it, as text. */
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
    // No JSON: the parser's own error quotes the body, so it goes no further.
    return text;
  }
}
