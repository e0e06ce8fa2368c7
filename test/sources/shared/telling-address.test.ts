import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalAddress, isIdentifyingAddress } from '../../../src/sources/shared/addresses.ts';

const byte = fc.nat({ max: 255 });
const inBlock = (...head: fc.Arbitrary<number>[]) =>
  fc.tuple(...head, ...Array.from({ length: 4 - head.length }, () => byte)).map((parts) => parts.join('.'));
const just = (value: number) => fc.constant(value);

describe("an address that can't identify a user", () => {
  test.each([
    ['private 10.0.0.0/8', inBlock(just(10))],
    ['private 172.16.0.0/12', inBlock(just(172), fc.integer({ min: 16, max: 31 }))],
    ['private 192.168.0.0/16', inBlock(just(192), just(168))],
    ['carrier-grade 100.64.0.0/10', inBlock(just(100), fc.integer({ min: 64, max: 127 }))],
    ['loopback 127.0.0.0/8', inBlock(just(127))],
    ['link-local 169.254.0.0/16', inBlock(just(169), just(254))],
    ['multicast 224.0.0.0/4', inBlock(fc.integer({ min: 224, max: 239 }))],
  ])('is one that is %s, also written as IPv6', (_name, addresses) => {
    fc.assert(
      fc.property(addresses, (address) => {
        expect(isIdentifyingAddress(address)).toBe(false);
        expect(isIdentifyingAddress(`::ffff:${address}`)).toBe(false);
      }),
    );
  });

  test.each(['::1', '::', 'fe80::1', 'fc00::1', 'fd12:3456::1', '0.0.0.0', '255.255.255.255'])(
    'is %s',
    (address) => {
      expect(isIdentifyingAddress(address)).toBe(false);
    },
  );
});

test.each(['81.92.103.114', '172.15.0.1', '172.32.0.1', '100.63.255.255', '100.128.0.1', '2606:4700::1111'])(
  'the public address %s is telling',
  (address) => {
    expect(isIdentifyingAddress(address)).toBe(true);
  },
);

test.each([
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2606:4700:0000:0000:0000:0000:0000:1111', '2606:4700::1111'],
  ['2606:4700::AbCd', '2606:4700::abcd'],
  ['12.34.56.78', '12.34.56.78'],
])('%s is spelled %s', (address, canonical) => {
  expect(canonicalAddress(address)).toBe(canonical);
});
