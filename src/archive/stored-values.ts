import type { AuditEvent } from '../sources/events/event.ts';
import { ERASABLE } from './erasure.ts';
import type { Erasure } from './erasure.ts';

/** A value as both engines store it: their texts are Unicode, in which half a surrogate pair has no place and becomes U+FFFD. */
export function wellFormed<Value>(value: Value): Value;
export function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  return Array.isArray(value) ? value.map(wellFormed) : value;
}

/**
 * An event from its stored values.
 * @param values id, time, first sight, category, action, description, username, address, and the list of addresses; an empty list is none
 */
export function readEvent([
  id,
  atMs,
  firstSeenMs,
  category,
  action,
  description,
  username,
  ipAddress,
  addresses,
]: readonly unknown[]): AuditEvent {
  return {
    source: 'EVENTS',
    id: String(id),
    timestampMs: Number(atMs),
    firstSeenMs: Number(firstSeenMs),
    category: String(category),
    action: String(action),
    description: readText(description),
    username: readText(username),
    ipAddress: readText(ipAddress),
    ...(Array.isArray(addresses) && addresses.length > 0 ? { addresses: addresses.map(String) } : {}),
  };
}

function readText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** A record of an erasure, as both engines give its columns. */
export function readErasure(row: readonly unknown[]): Erasure {
  const [atMs, by, salt, subject, usageRows, eventRows] = row;
  return {
    atMs: Number(atMs),
    by: ERASABLE.find((known) => known === by) ?? 'username',
    salt: String(salt),
    subject: String(subject),
    usageRows: Number(usageRows),
    eventRows: Number(eventRows),
  };
}
