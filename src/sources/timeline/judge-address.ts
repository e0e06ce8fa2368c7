import ipaddr from 'ipaddr.js';

/** An address that more users than these are seen from is one that many share: an office, a proxy. */
export const FEW_USERS = 5;

/**
 * Whether an address can single out who is behind it: a private, carrier-grade, loopback, link-local or otherwise special one
 * can not.
 */
export function isTellingAddress(address: string): boolean {
  return ipaddr.process(address).range() === 'unicast';
}

/** One spelling for one address: `::ffff:10.0.0.1` is `10.0.0.1`. */
export function canonicalAddress(address: string): string {
  return ipaddr.process(address).toString();
}
