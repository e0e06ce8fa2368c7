import { RequestError } from '../../base/errors.ts';
import { deriveSecret } from '../../base/sealing.ts';
import type { Secret } from '../../base/secret.ts';
import type { Clock } from '../../base/time.ts';
import { createEventsCredentials, decodeEventsAuthorization } from '../../sources/events/credentials.ts';
import type { EventsExchange, EventsSecrets } from '../../sources/events/credentials.ts';
import { createUsageCredentials, decodeUsageAuthorization } from '../../sources/usage/credentials.ts';
import type { UsageSecrets } from '../../sources/usage/credentials.ts';
import type { AttemptReport } from '../../upstream/attempt.ts';
import { createHttpTransport } from '../../upstream/http-transport.ts';
import type { PostTransport } from '../../upstream/transport.ts';
import type { Credentials } from '../../upstream/upstream.ts';

/** The credentials with which one operation calls the vendors; null: none for this source. */
export interface OperationCredentials {
  readonly usage: Credentials | null;
  readonly events: Credentials | null;
}

/** Chooses between the credentials of the service and those of the caller. */
export interface VendorCredentials {
  of(operation: { readonly callerSecrets: CallerSecrets | null }): OperationCredentials;
  /** Ends the connections over which the service exchanges its credentials for tokens. */
  close(): Promise<void>;
}

export interface VendorCredentialsOptions {
  /** The credentials of the service; null: each request brings its own, and the service has none. */
  readonly own: CallerSecrets | null;
  /** `SIGHTLINE_SECRET`: the key of the credential scopes is derived from it. */
  readonly secret: Secret;
  readonly clock: Clock;
  readonly attemptTimeoutMs: number;
  /** Exchanges credentials for a token; left out: over HTTP. */
  readonly exchange: PostTransport | undefined;
  readonly onAttempt: ((report: AttemptReport) => void) | undefined;
}

const NO_CREDENTIALS: OperationCredentials = { usage: null, events: null };
/** A token has some hundred bytes. */
const MAX_TOKEN_ANSWER_BYTES = 64 * 1024;

/** An operation uses either the service's credentials or its caller's, never one in place of the other. */
export function createVendorCredentials(options: VendorCredentialsOptions): VendorCredentials {
  const { own, secret, clock, attemptTimeoutMs, exchange, onAttempt } = options;
  const scopeKey = deriveSecret(secret, 'sightline scope v1');
  const opened: PostTransport[] = [];
  const openExchange = (url: string): EventsExchange => {
    const transport = exchange ?? createExchangeTransport(url, attemptTimeoutMs);
    opened.push(transport);
    return { transport, clock, timeoutMs: attemptTimeoutMs, onAttempt };
  };
  const create = ({ usage, events }: CallerSecrets): OperationCredentials => ({
    usage: usage && createUsageCredentials(scopeKey, usage),
    events: events && createEventsCredentials(scopeKey, events, ({ url }) => openExchange(url)),
  });
  const ownCredentials = own && create(own);
  return {
    of: ({ callerSecrets }) => ownCredentials ?? (callerSecrets ? create(callerSecrets) : NO_CREDENTIALS),
    async close() {
      await Promise.all(opened.map((transport) => transport.close()));
    },
  };
}

/**
 * Connections of its own: the address may have another origin than the vendor's API, and an exchange must not queue behind calls
 * that wait for its token.
 */
function createExchangeTransport(url: string, attemptTimeoutMs: number): PostTransport {
  return createHttpTransport({
    baseUrl: new URL(new URL(url).origin),
    maxConcurrency: 1,
    maxBodyBytes: MAX_TOKEN_ANSWER_BYTES,
    attemptTimeoutMs,
  });
}

/** The headers for a caller's own vendor credentials. Each has the form of the vendor's `authorization` header. */
export const VENDOR_HEADERS = {
  usage: 'x-usage-authorization',
  events: 'x-events-authorization',
} as const;

/** The vendor credentials that a caller sent; null: none for this source. */
export interface CallerSecrets {
  readonly usage: UsageSecrets | null;
  readonly events: EventsSecrets | null;
}

/** The headers of a request, by their lower-case names; null: not sent. */
export interface HeaderReader {
  get(name: string): string | null;
}

/**
 * Reads a caller's own vendor credentials.
 * @throws RequestError `BAD_USER_INPUT` if a header has the wrong form; it names the header, not its value
 */
export function readVendorHeaders(headers: HeaderReader): CallerSecrets {
  const read = <Secrets>(
    name: string,
    decode: (text: string) => Secrets | null,
    form: string,
  ): Secrets | null => {
    const text = headers.get(name);
    if (text === null) return null;
    const secrets = decode(text);
    if (secrets) return secrets;
    throw new RequestError('BAD_USER_INPUT', `The header ${name} must have the form '${form}'.`, {
      argument: name,
    });
  };
  return {
    usage: read(VENDOR_HEADERS.usage, decodeUsageAuthorization, 'User <secret>, Organization <secret>'),
    events: read(VENDOR_HEADERS.events, decodeEventsAuthorization, 'Bearer <token>'),
  };
}
