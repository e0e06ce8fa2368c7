import ipaddr from 'ipaddr.js';

/** How much of an IPv6 address tells callers apart: whoever has one address has at least the 2^64 of its network. */
const NETWORK_BYTES = 8;

/** By what an address is counted: itself, or its /64 network, since its owner may send from any address in it. */
export function rateKeyOf(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = parsed.toByteArray().map((byte, index) => (index < NETWORK_BYTES ? byte : 0));
  return `${ipaddr.fromByteArray(network).toString()}/64`;
}
