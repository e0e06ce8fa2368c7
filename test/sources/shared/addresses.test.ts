import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, test } from 'vitest';
import {
  addressSpan,
  createAddressTest,
  decodeAddresses,
  namedAddresses,
} from '../../../src/sources/shared/addresses.ts';

describe('what a vendor says of an address', () => {
  test.each([
    ['10.0.0.1', '10.0.0.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
    ['10.0.0.1:443', '10.0.0.1'],
    ['[::1]:80', '::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    [' 10.0.0.1 ', '10.0.0.1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%eth0]:8080', 'fe80::1'],
  ])('is one address if it is exactly one, without its port or zone: %s', (text, address) => {
    expect(decodeAddresses(text)).toEqual({ ipAddress: address });
  });

  test.each([
    ['10.0.0.1, 10.0.0.2', ['10.0.0.1', '10.0.0.2']],
    ['10.0.0.1,[::1]:80;10.0.0.2:9', ['10.0.0.1', '::1', '10.0.0.2']],
    ['10.0.0.1 unknown', ['10.0.0.1']],
  ])('is none but names several if it is a list: %s', (text, addresses) => {
    expect(decodeAddresses(text)).toEqual({ ipAddress: null, addresses });
  });

  test.each([
    '10.0.0',
    'localhost',
    'localhost:80',
    '',
    ',',
    '10.0.0.256',
    '0x7f.1',
    '10.0.0.1:',
    '10.0.0.1:port',
    '10.0.0.1/32',
    '[10.0.0.1',
    '%eth0',
    null,
    undefined,
  ])('is none if it is anything else: %s', (text) => {
    expect(decodeAddresses(text)).toEqual({ ipAddress: null });
  });

  test('names every address that it holds, whatever stands between them', () => {
    const part = fc.oneof(fc.ipV4(), fc.ipV6());
    const written = part.chain((address) =>
      fc
        .constantFrom(address, address.includes(':') ? `[${address}]:443` : `${address}:443`)
        .map((text) => ({ address, text })),
    );
    fc.assert(
      fc.property(
        fc.array(written, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(',', ', ', ' ', ';'),
        (list, gap) => {
          const decoded = decodeAddresses(list.map(({ text }) => text).join(gap));
          expect(namedAddresses(decoded)).toEqual([...new Set(list.map(({ address }) => address))]);
          expect(decoded.ipAddress).toBe(list.length === 1 ? list[0]!.address : null);
        },
      ),
    );
  });
});

describe('a test for an address or a block', () => {
  test.each([
    ['10.0.0.1', '10.0.0.1', true],
    ['10.0.0.1', '10.0.0.2', false],
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.1.2.3/8', '10.255.0.1', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['10.0.0.1', '::ffff:10.0.0.1', true],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '11.1.2.3', false],
    ['2001:db8::/32', '2001:db8:1::5', true],
    ['2001:db8::/32', '2001:db9::5', false],
    ['10.0.0.1/32', '10.0.0.1', true],
    ['10.0.0.1/32', '10.0.0.0', false],
  ])('%s on %s is %s', (block, address, isInside) => {
    expect(createAddressTest(block)({ ipAddress: address })).toBe(isInside);
  });

  test('lets in no entry without an address', () => {
    expect(createAddressTest('0.0.0.0/0')({ ipAddress: null })).toBe(false);
  });

  test.each([
    ['10.0.0.2', true],
    ['10.0.0.0/8', true],
    ['2001:db8::/32', true],
    ['10.0.0.3', false],
  ])('matches a list if any of its addresses is inside: %s is %s', (block, isInside) => {
    const list = { ipAddress: null, addresses: ['192.0.2.1', '10.0.0.2', '2001:db8::1'] };
    expect(createAddressTest(block)(list)).toBe(isInside);
  });

  test.each([
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.1:443',
    '[::1]',
    'fe80::1%eth0',
    '2001:db8::/129',
    'here',
    '10.0.0.0/-1',
    '::ffff:10.0.0.0/90',
  ])('refuses %s, naming the argument', (text) => {
    expect(() => createAddressTest(text)).toThrow(
      expect.objectContaining({ code: 'BAD_USER_INPUT', details: { argument: 'filter.ipAddress' } }),
    );
  });
});

test('four numbers with dots are an address if each is at most 255 and is written without leading zeros', () => {
  const octet = fc.oneof(
    fc.integer({ min: 0, max: 300 }).map(String),
    fc.constantFrom('00', '01', '010', '', '2555'),
  );
  fc.assert(
    fc.property(fc.array(octet, { minLength: 3, maxLength: 5 }), (octets) => {
      const text = octets.join('.');
      const isPlain =
        octets.length === 4 && octets.every((part) => String(Number(part)) === part && Number(part) <= 255);
      expect(decodeAddresses(text).ipAddress).toBe(isPlain ? text : null);
    }),
    { numRuns: 5_000 },
  );
});

test('the span of a block holds the addresses that its test lets pass, and no others of its kind', () => {
  const byte = fc.constantFrom(0, 1, 127, 128, 254, 255);
  const bytes = fc.oneof(
    ...[4, 16].map((length) => fc.array(byte, { minLength: length, maxLength: length })),
  );
  const address = bytes.map((list) => ipaddr.fromByteArray(list).toString());
  const asNumber = (text: string): bigint => {
    const parsed = ipaddr.parse(text);
    const wide = parsed.kind() === 'ipv4' ? (parsed as ipaddr.IPv4).toIPv4MappedAddress() : parsed;
    return BigInt(`0x${Buffer.from(wide.toByteArray()).toString('hex')}`);
  };
  fc.assert(
    fc.property(address, address, fc.nat(128), (network, other, bits) => {
      const isShort = !network.includes(':');
      const block = `${network}/${isShort ? bits % 33 : bits}`;
      if (network.startsWith('::ffff:') && bits < 96) return;
      const { first, last, isIPv4 } = addressSpan(block);
      const isOfKind = isIPv4 === (ipaddr.process(other).kind() === 'ipv4');
      const isInside = asNumber(first) <= asNumber(other) && asNumber(other) <= asNumber(last);
      expect(isOfKind && isInside).toBe(createAddressTest(block)({ ipAddress: other }));
    }),
    { numRuns: 3_000 },
  );
});
