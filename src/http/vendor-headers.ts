import { RequestError } from '../base/errors.ts';
import { decodeEventsAuthorization } from '../sources/events/credentials.ts';
import type { EventsSecrets } from '../sources/events/credentials.ts';
import { decodeUsageAuthorization } from '../sources/usage/credentials.ts';
import type { UsageSecrets } from '../sources/usage/credentials.ts';

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

/**
 * Reads a caller's own vendor credentials.
 * @throws RequestError `BAD_USER_INPUT` if a header has the wrong form; it names the header, not its value
 */
export function readVendorHeaders(headers: Headers): CallerSecrets {
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
