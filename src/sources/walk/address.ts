import ipaddr from 'ipaddr.js';
import { RequestError } from '../../base/request-error.ts';

/** The address as it was said, where it is exactly one IPv4 or IPv6 address; null for a list, a name or nonsense. */
export function decodeAddress(value: string | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  return ipaddr.IPv4.isValidFourPartDecimal(value) || (ipaddr.IPv6.isValid(value) && !value.includes('%'))
    ? value
    : null;
}

/**
 * A test for one address or a CIDR block, as the `IP` scalar lets them in. An IPv4 address written as IPv6
 * (`::ffff:10.0.0.1`) is the same address. An entry without an address is never in.
 * @throws RequestError `BAD_USER_INPUT` where the text is neither
 */
export function createAddressTest(addressOrBlock: string): (address: string | null) => boolean {
  const block = parseBlock(addressOrBlock);
  if (!block) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `'${addressOrBlock}' is no IP address and no CIDR block such as 10.0.0.0/8.`,
      {
        argument: 'filter.ipAddress',
      },
    );
  }
  const { network, prefix } = block;
  return (candidate) => {
    if (candidate === null) return false;
    const tested = ipaddr.process(candidate);
    return tested.kind() === network.kind() && tested.match(network, prefix);
  };
}

function parseBlock(text: string): { network: ipaddr.IPv4 | ipaddr.IPv6; prefix: number } | null {
  const [address, bits, ...rest] = text.split('/');
  if (address === undefined || rest.length > 0 || decodeAddress(address) === null) return null;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return null;
  const network = ipaddr.process(address);
  const isMapped = ipaddr.parse(address).kind() !== network.kind();
  const widest = network.kind() === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? widest : Number(bits) - (isMapped ? 96 : 0);
  return prefix >= 0 && prefix <= widest ? { network, prefix } : null;
}
