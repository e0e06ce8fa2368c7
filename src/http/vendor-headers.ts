import { RequestError } from '../base/errors.ts';
import { decodeEventsAuthorization } from '../sources/events/credentials.ts';
import type { EventsSecrets } from '../sources/events/credentials.ts';
import { decodeUsageAuthorization } from '../sources/usage/credentials.ts';
import type { UsageSecrets } from '../sources/usage/credentials.ts';

/** Where callers put credentials of their own, each as its vendor's `authorization` header would have it. */
export const VENDOR_HEADERS = {
  usage: 'x-usage-authorization',
  events: 'x-events-authorization',
} as const;

/** What a caller has brought; null: nothing for this source. */
export interface CallerSecrets {
  readonly usage: UsageSecrets | null;
  readonly events: EventsSecrets | null;
}

/**
 * Reads a caller's own credentials.
 * @throws RequestError `BAD_USER_INPUT`, naming the header and not its value, for one that its vendor's grammar forbids
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
