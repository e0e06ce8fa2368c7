import { describe, expect, it } from 'vitest';
import { createAddressTest, decodeAddress } from '../../../src/sources/walk/address.ts';

describe('an address', () => {
  it.each(['10.0.0.1', '2001:db8::1', '::ffff:10.0.0.1'])('is one where it is exactly one: %s', (text) => {
    expect(decodeAddress(text)).toBe(text);
  });

  it.each([
    '10.0.0.1, 10.0.0.2',
    '10.0.0',
    'localhost',
    '',
    '10.0.0.256',
    '0x7f.1',
    'fe80::1%eth0',
    null,
    undefined,
  ])('is none where it is anything else: %s', (text) => {
    expect(decodeAddress(text)).toBeNull();
  });
});

describe('a test for an address or a block', () => {
  it.each([
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
    expect(createAddressTest(block)(address)).toBe(isInside);
  });

  it('lets in no entry without an address', () => {
    expect(createAddressTest('0.0.0.0/0')(null)).toBe(false);
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/8',
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
