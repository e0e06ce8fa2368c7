import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether an IP address is of this machine only. */
export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address);
  // BlockList also matches IPv4-mapped addresses (::ffff:127.0.0.1).
  return family !== 0 && LOOPBACK.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Whether a host, as in settings and `Host` headers, is this machine only. */
export function isLoopbackHost(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name);
}

/** The host in a `Host` header, without its port; null: the header names no host. */
export function readHostHeader(header: string | undefined): string | null {
  const [, host] = /^(\[[\d.:A-Fa-f]+\]|[\w.-]+)(?::\d{1,5})?$/.exec(header ?? '') ?? [];
  // URL.canParse also refuses a port above 65535.
  return host !== undefined && URL.canParse(`http://${header}/`) ? host : null;
}
