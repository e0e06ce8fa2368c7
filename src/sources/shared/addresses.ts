import ipaddr from 'ipaddr.js';
import { RequestError } from '../../base/errors.ts';

/** The addresses of a row as the vendor gives them. */
export interface Addresses {
  /** null if the vendor gives a list, a name or nonsense. */
  readonly ipAddress: string | null;
  /** The addresses of a list, such as one that proxies wrote; left out if there is no list. */
  readonly addresses?: readonly string[];
}

const NONE: Addresses = { ipAddress: null };
/** What nearly all rows have. */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;
/** The separators of a list. */
const GAPS = /[\s,;]+/;
/** `[address]`, `[address]:port` or `address:port`, the last for IPv4 alone. */
const AT_PORT = /^(?:\[(?<bracketed>[^\]]+)\](?::\d{1,5})?|(?<plain>[\d.]+):\d{1,5})$/;

/** Texts that were decoded lately. The rows of a list come from few addresses. */
const decoded = new Map<string, Addresses>();
const MOST_KEPT = 1_000;
const LONGEST_KEPT = 100;

/** Parses the vendor's text of an address, without port, brackets and zone. */
export function decodeAddresses(text: string | null | undefined): Addresses {
  if (text === null || text === undefined) return NONE;
  if (IPV4.test(text)) return { ipAddress: text };
  const known = decoded.get(text);
  if (known) return known;
  const addresses = parseAddresses(text);
  if (decoded.size >= MOST_KEPT) decoded.clear();
  if (text.length <= LONGEST_KEPT) decoded.set(text, addresses);
  return addresses;
}

function parseAddresses(text: string): Addresses {
  if (isAddress(text)) return { ipAddress: text };
  const parts = text.split(GAPS).filter((part) => part !== '');
  const addresses = [...new Set(parts.flatMap((part) => decodePart(part) ?? []))];
  if (parts.length > 1 && addresses.length > 0) return { ipAddress: null, addresses };
  return { ipAddress: addresses[0] ?? null };
}

/** All addresses of a row. */
export function namedAddresses({ ipAddress, addresses = [] }: Addresses): readonly string[] {
  return ipAddress === null ? addresses : [ipAddress];
}

/**
 * Refuses a text that is neither an address nor a CIDR block. The scalar `IP` has tested it already, but lets an IPv4 block pass that
 * is written in IPv6 with fewer than 96 bits.
 * @param argument the path of the text among the caller's arguments
 * @throws RequestError `BAD_USER_INPUT` naming the argument
 */
export function checkAddress(addressOrBlock: string, argument: string): void {
  readBlock(addressOrBlock, argument);
}

/**
 * A test for one address or a CIDR block. An IPv4 address written as IPv6 (`::ffff:10.0.0.1`) is the same address. A row with a
 * list matches if any of its addresses does, because it is unknown which one was the caller's.
 * @param addressOrBlock a text that `checkAddress` accepts
 * @throws RequestError `BAD_USER_INPUT` for any other text
 */
export function createAddressTest(addressOrBlock: string): (entry: Addresses) => boolean {
  const { network, prefix } = readBlock(addressOrBlock, 'filter.ipAddress');
  return (entry) =>
    namedAddresses(entry).some((address) => {
      const tested = ipaddr.process(address);
      return tested.kind() === network.kind() && tested.match(network, prefix);
    });
}

/** The addresses of a block, from the first to the last, both written as IPv6 (`::ffff:10.0.0.0` for IPv4). */
export interface AddressSpan {
  readonly first: string;
  readonly last: string;
  readonly isIPv4: boolean;
}

/**
 * The span of addresses that `createAddressTest` lets pass, for databases that compare addresses.
 * @param addressOrBlock a text that `checkAddress` accepts
 * @throws RequestError `BAD_USER_INPUT` for every other text
 */
export function addressSpan(addressOrBlock: string): AddressSpan {
  const { network, prefix } = readBlock(addressOrBlock, 'filter.ipAddress');
  const bytes = network.toByteArray();
  const isIPv4 = network.kind() === 'ipv4';
  const fill = (byte: 0 | 255): string => {
    const filled = bytes.map((value, at) => {
      const mask = 0xff >> Math.min(Math.max(prefix - at * 8, 0), 8);
      return byte === 0 ? value & ~mask : value | mask;
    });
    return `${isIPv4 ? '::ffff:' : ''}${ipaddr.fromByteArray(filled).toString()}`;
  };
  return { first: fill(0), last: fill(255), isIPv4 };
}

/** An address as a number. An IPv4 address is the number of its IPv6 form `::ffff:…`. */
export function addressNumber(address: string): bigint {
  const parsed = ipaddr.process(address);
  const number = parsed.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return parsed.kind() === 'ipv4' ? IPV4_NUMBERS.first + number : number;
}

/** Where IPv4 addresses lie among the numbers of all addresses. */
export const IPV4_NUMBERS = { first: 0xffff_0000_0000n, last: 0xffff_ffff_ffffn };

interface Block {
  readonly network: ipaddr.IPv4 | ipaddr.IPv6;
  readonly prefix: number;
}

function readBlock(text: string, argument: string): Block {
  const block = parseBlock(text);
  if (block) return block;
  throw new RequestError(
    'BAD_USER_INPUT',
    `'${text}' is no IP address and no CIDR block such as 10.0.0.0/8.`,
    { argument },
  );
}

function decodePart(part: string): string | null {
  const { bracketed, plain } = AT_PORT.exec(part)?.groups ?? {};
  const [address = ''] = (bracketed ?? plain ?? part).split('%', 1);
  return isAddress(address) ? address : null;
}

function isAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || (ipaddr.IPv6.isValid(text) && !text.includes('%'));
}

function parseBlock(text: string): Block | null {
  const [address, bits, ...rest] = text.split('/');
  if (address === undefined || rest.length > 0 || !isAddress(address)) return null;
  if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return null;
  const network = ipaddr.process(address);
  const isMapped = ipaddr.parse(address).kind() !== network.kind();
  const widest = network.kind() === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? widest : Number(bits) - (isMapped ? 96 : 0);
  return prefix >= 0 && prefix <= widest ? { network, prefix } : null;
}

/** Whether an address can identify one user: private, carrier-grade, loopback, link-local and other special ones can't. */
export function isIdentifyingAddress(address: string): boolean {
  return ipaddr.process(address).range() === 'unicast';
}

/** The one spelling of an address: `10.0.0.1` for `::ffff:10.0.0.1`. */
export function canonicalAddress(address: string): string {
  return ipaddr.process(address).toString();
}
