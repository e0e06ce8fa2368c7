import { VENDOR_HEADERS } from '../http/identity/vendor-credentials.ts';
import { isLoopbackHost } from '../http/loopback.ts';
import { decodeEventsAuthorization } from '../sources/events/credentials.ts';
import { decodeUsageAuthorization } from '../sources/usage/credentials.ts';

type Headers = Readonly<Record<string, string>>;

/** Headers to send, or a sentence for each fault, without a value. */
export type ReadHeaders =
  | { readonly kind: 'headers'; readonly headers: Headers }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

/**
 * The vendor credentials of whoever asks a service whose requests bring their own. They are read from the environment alone, because
 * everybody on a machine can read its command lines.
 * @param url the service that gets them
 */
export function readVendorHeaders(
  env: Readonly<Record<string, string | undefined>>,
  url: string,
): ReadHeaders {
  // Otherwise they are those of a service that is started from the same shell.
  if (env['VENDOR_CREDENTIALS'] !== 'request') return { kind: 'headers', headers: {} };
  const { USAGE_API_USER_SECRET: user, USAGE_API_ORGANIZATION_SECRET: organization } = env;
  const { EVENTS_API_TOKEN: token } = env;
  const faults: string[] = [];
  const headers: Record<string, string> = {};
  if (user && organization) {
    const text = `User ${user}, Organization ${organization}`;
    if (decodeUsageAuthorization(text)) headers[VENDOR_HEADERS.usage] = text;
    else
      faults.push(
        'USAGE_API_USER_SECRET and USAGE_API_ORGANIZATION_SECRET must be secrets without spaces and commas.',
      );
  } else if (user || organization) {
    const missing = user ? 'USAGE_API_ORGANIZATION_SECRET' : 'USAGE_API_USER_SECRET';
    faults.push(`${missing} is missing: the Usage API needs both of its secrets.`);
  }
  if (token) {
    const text = `Bearer ${token}`;
    if (decodeEventsAuthorization(text)) headers[VENDOR_HEADERS.events] = text;
    else faults.push('EVENTS_API_TOKEN must be a token without spaces.');
  }
  const hasNone = faults.length === 0 && Object.keys(headers).length === 0;
  if (hasNone) {
    faults.push(
      'VENDOR_CREDENTIALS=request is set without credentials of a vendor: set USAGE_API_USER_SECRET and USAGE_API_ORGANIZATION_SECRET, EVENTS_API_TOKEN, or all three, in the environment of this command.',
    );
  }
  const { protocol, hostname } = new URL(url);
  if (!hasNone && protocol === 'http:' && !isLoopbackHost(hostname)) {
    faults.push(
      "--url must be an https address if VENDOR_CREDENTIALS=request is set, or an address of this machine: otherwise everybody on the way could read the vendor's credentials.",
    );
  }
  return faults.length > 0 ? { kind: 'faults', faults } : { kind: 'headers', headers };
}
