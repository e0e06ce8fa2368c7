import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rateKeyOf } from '../../../src/http/limits/rate-limit.ts';

describe('rateKeyOf', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8::/64'],
    ['::1', '::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    // A Unix socket has none.
    ['', ''],
  ])('of the address %s: %s', (address, key) => expect(rateKeyOf(address)).toBe(key));

  const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
  const half = fc.tuple(group, group, group, group).map((groups) => groups.join(':'));

  test('each /64 network has its own key', () => {
    fc.assert(
      fc.property(half, half, half, half, (network, host, otherNetwork, otherHost) => {
        // An address that maps an IPv4 address has that address as its key.
        fc.pre(!network.startsWith('0:0:0:0') && !otherNetwork.startsWith('0:0:0:0'));
        expect(rateKeyOf(`${network}:${host}`)).toBe(rateKeyOf(`${network}:${otherHost}`));
        expect(rateKeyOf(`${network}:${host}`) === rateKeyOf(`${otherNetwork}:${otherHost}`)).toBe(
          network === otherNetwork,
        );
      }),
    );
  });
});
