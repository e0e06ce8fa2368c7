import ipaddr from 'ipaddr.js';

/** An address that more users than these are seen from is one that many share: an office, a proxy. */
export const FEW_USERS = 5;

/**
 * Whether an address singles out who is behind it. A private, carrier-grade, loopback, link-local or otherwise special
 * address does not, nor does one that many users are seen from.
 */
export function isTellingAddress(address: string, usersSeen: number): boolean {
  return ipaddr.process(address).range() === 'unicast' && usersSeen <= FEW_USERS;
}

/** One spelling for one address: `::ffff:10.0.0.1` is `10.0.0.1`. */
export function canonicalAddress(address: string): string {
  return ipaddr.process(address).toString();
}
