import type { AuditEvent } from '../sources/events/event.ts';
import type { UsageRecord } from '../sources/usage/record.ts';

/** What the archive does with user names, addresses, descriptions and the queries of URIs. */
export const PERSONAL_DATA_POLICIES = ['keep', 'omit', 'pseudonymize'] as const;
export type PersonalDataPolicy = (typeof PERSONAL_DATA_POLICIES)[number];

/** Changes rows before they are written. */
export interface Redaction {
  usage(record: UsageRecord): UsageRecord;
  event(event: AuditEvent): AuditEvent;
  /** What is written in the place of a user name; null: nothing. */
  name(name: string): string | null;
}

/**
 * The redaction of a policy; null: rows are kept as they are. `omit` leaves personal data out. `pseudonymize` puts a keyed digest in the
 * place of a user name, so that the rows of one user still belong together, and leaves out all else.
 * @param pseudonymOf the same text for the same name; nobody without the key can tell the name from it
 */
export function createRedaction(
  policy: PersonalDataPolicy,
  pseudonymOf: (name: string) => string,
): Redaction | null {
  if (policy === 'keep') return null;
  const rename = (name: string | null): string | null =>
    name === null || policy === 'omit' ? null : pseudonymOf(name);
  return {
    name: rename,
    usage({ addresses: _omitted, ...record }) {
      return {
        ...record,
        userName: rename(record.userName),
        requestIP: null,
        ipAddress: null,
        requestURI: withoutQuery(record.requestURI),
        vendorResource: withoutQuery(record.vendorResource),
        elementResource: withoutQuery(record.elementResource),
      };
    },
    event({ addresses: _omitted, ...event }) {
      return { ...event, username: rename(event.username), ipAddress: null, description: null };
    },
  };
}

function withoutQuery(uri: string | null): string | null {
  return uri === null ? null : uri.replace(/[?#].*$/s, '');
}
