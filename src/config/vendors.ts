import type { EventsSecrets } from '../sources/events/credentials.ts';
import type { UsageSecrets } from '../sources/usage/credentials.ts';
import type { SetValues, Settings } from './settings.ts';

export interface VendorAddress {
  readonly baseUrl: string;
  /** A socket of this machine to connect to, instead of the address's host and port; null: connect to host and port. */
  readonly socketPath: string | null;
}

export interface UsageVendor extends UsageSecrets, VendorAddress {}

export interface EventsVendor extends VendorAddress {
  readonly secrets: EventsSecrets;
}

/**
 * Which vendors the service calls, and with whose credentials. `sandbox`: none yet, because no credentials are set; the command
 * line then starts a sandbox. `configured`: the vendors whose credentials are set. `request`: both, with the credentials that
 * each request brings.
 */
export type Vendors =
  | { readonly kind: 'sandbox' }
  | {
      readonly kind: 'configured';
      readonly usage: UsageVendor | null;
      readonly events: EventsVendor | null;
      /** The data is made up, so anybody may see it. */
      readonly isPublic: boolean;
    }
  | { readonly kind: 'request'; readonly usageUrl: string; readonly eventsUrl: string };

const USAGE_URL = 'https://api.cloud-elements.com/elements/api-v2';
const EVENTS_URL = 'https://rest.elevatebilling.com/v1';

const USAGE_CREDENTIALS = ['USAGE_API_USER_SECRET', 'USAGE_API_ORGANIZATION_SECRET'] as const;
const EVENTS_LOGIN = ['EVENTS_API_USERNAME', 'EVENTS_API_PASSWORD'] as const;
/** Random values that a vendor issued, so nobody can guess them. */
const VENDOR_SECRETS = [...USAGE_CREDENTIALS, 'EVENTS_API_TOKEN'] as const;
const CREDENTIALS = [...VENDOR_SECRETS, ...EVENTS_LOGIN] as const;

/** The vendors that valid settings describe. */
export function readVendors(settings: Settings): Vendors {
  const { USAGE_API_USER_SECRET: userSecret, USAGE_API_ORGANIZATION_SECRET: organizationSecret } = settings;
  const usageUrl = settings.USAGE_API_URL ?? USAGE_URL;
  const eventsUrl = settings.EVENTS_API_URL ?? EVENTS_URL;
  if (settings.VENDOR_CREDENTIALS === 'request') return { kind: 'request', usageUrl, eventsUrl };
  const usage =
    userSecret && organizationSecret
      ? { baseUrl: usageUrl, socketPath: null, userSecret, organizationSecret }
      : null;
  const secrets = readEventsSecrets(settings, eventsUrl);
  const events = secrets && { baseUrl: eventsUrl, socketPath: null, secrets };
  return usage || events ? { kind: 'configured', usage, events, isPublic: false } : { kind: 'sandbox' };
}

function readEventsSecrets(settings: Settings, eventsUrl: string): EventsSecrets | null {
  const { EVENTS_API_TOKEN: token, EVENTS_API_USERNAME: username, EVENTS_API_PASSWORD: password } = settings;
  if (token) return { kind: 'token', token };
  if (!username || !password) return null;
  return {
    kind: 'exchange',
    username,
    password,
    url: settings.EVENTS_API_AUTH_URL ?? `${eventsUrl}/authenticate`,
    fields: {
      username: settings.EVENTS_API_AUTH_USERNAME_FIELD,
      password: settings.EVENTS_API_AUTH_PASSWORD_FIELD,
      token: settings.EVENTS_API_AUTH_TOKEN_FIELD,
    },
  };
}

/** The address of a vendor that is not configured. The service never sends anything to it. */
const NOWHERE: VendorAddress = { baseUrl: 'http://127.0.0.1:9', socketPath: null };

/** The address of each vendor, whether it is configured or not. */
export function readAddresses(vendors: Vendors): {
  readonly usage: VendorAddress;
  readonly events: VendorAddress;
} {
  if (vendors.kind === 'request') {
    const { usageUrl, eventsUrl } = vendors;
    return {
      usage: { baseUrl: usageUrl, socketPath: null },
      events: { baseUrl: eventsUrl, socketPath: null },
    };
  }
  const { usage, events } = vendors.kind === 'configured' ? vendors : { usage: null, events: null };
  return { usage: usage ?? NOWHERE, events: events ?? NOWHERE };
}

/** The credentials of the service for each vendor; null: each request brings its own. */
export function readOwnSecrets(
  vendors: Vendors,
): { readonly usage: UsageSecrets | null; readonly events: EventsSecrets | null } | null {
  if (vendors.kind === 'request') return null;
  if (vendors.kind === 'sandbox') return { usage: null, events: null };
  return { usage: vendors.usage, events: vendors.events?.secrets ?? null };
}

/** Whether the settings bring credentials of a vendor, valid or not. */
export function hasCredentials(set: SetValues): boolean {
  return CREDENTIALS.some((name) => name in set);
}

/** Whether the settings bring a secret that a vendor issued, so that the service can derive its own from it. */
export function hasVendorSecret(set: SetValues): boolean {
  return VENDOR_SECRETS.some((name) => name in set);
}

/** The faults in how the vendors' settings go together, a sentence each. */
export function findVendorFaults(set: SetValues): string[] {
  return set['VENDOR_CREDENTIALS'] === 'request'
    ? findForeignCredentials(set)
    : [...findUsageFaults(set), ...findEventsFaults(set)];
}

function findUsageFaults(set: SetValues): string[] {
  const faults: string[] = [];
  const [user, organization] = USAGE_CREDENTIALS;
  if (user in set !== organization in set) {
    const [present, missing] = user in set ? [user, organization] : [organization, user];
    faults.push(`${missing} is missing: ${present} is set, and the Usage API needs both.`);
  }
  if ('USAGE_API_URL' in set && !(user in set) && !(organization in set)) {
    faults.push(
      `USAGE_API_URL is set without credentials: set ${user} and ${organization}, or leave it out.`,
    );
  }
  return faults;
}

function findEventsFaults(set: SetValues): string[] {
  const faults: string[] = [];
  const [username, password] = EVENTS_LOGIN;
  const hasLogin = username in set || password in set;
  if ('EVENTS_API_TOKEN' in set && hasLogin) {
    faults.push(
      `EVENTS_API_TOKEN is set beside ${username in set ? username : password}: set either the token, or the username and the password that are exchanged for one.`,
    );
  } else if (username in set !== password in set) {
    const [present, missing] = username in set ? [username, password] : [password, username];
    faults.push(`${missing} is missing: ${present} is set, and the Events API needs both to issue a token.`);
  }
  if ('EVENTS_API_URL' in set && !('EVENTS_API_TOKEN' in set) && !hasLogin) {
    faults.push(
      `EVENTS_API_URL is set without credentials: set EVENTS_API_TOKEN, or ${username} and ${password}, or leave it out.`,
    );
  }
  if ('EVENTS_API_AUTH_URL' in set && !hasLogin) {
    faults.push(
      `EVENTS_API_AUTH_URL is set without ${username} and ${password}, which the service sends there.`,
    );
  }
  return faults;
}

/** The service must not use credentials of its own for callers who bring theirs. */
function findForeignCredentials(set: SetValues): string[] {
  return [...CREDENTIALS, 'EVENTS_API_AUTH_URL']
    .filter((name) => name in set)
    .map(
      (name) =>
        `${name} is set beside VENDOR_CREDENTIALS=request: each request then brings its own credentials. Leave it out.`,
    );
}
