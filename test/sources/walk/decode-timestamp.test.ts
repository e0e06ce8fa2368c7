import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTimestamp } from '../../../src/sources/walk/decode-timestamp.ts';

describe("a vendor's time", () => {
  it.each([
    ['2014-08-10T03:02:34.053+00:00', '2014-08-10T03:02:34.053Z'],
    ['2016-05-01T10:00:00.745Z', '2016-05-01T10:00:00.745Z'],
    ['2019-08-24T14:15:22Z', '2019-08-24T14:15:22.000Z'],
    ['2019-08-24T14:15:22+0200', '2019-08-24T12:15:22.000Z'],
    ['2019-08-24T14:15:22-04:00', '2019-08-24T18:15:22.000Z'],
    ['2019-08-24T14:15:22', '2019-08-24T14:15:22.000Z'],
    ['2019-08-24T14:15:22.123456Z', '2019-08-24T14:15:22.123Z'],
    ['2019-08-24T14:15Z', '2019-08-24T14:15:00.000Z'],
  ])('%s is %s', (text, instant) => {
    expect(new Date(decodeTimestamp(text)!).toISOString()).toBe(instant);
  });

  it.each([
    '',
    'yesterday',
    '2019-08-24',
    '2019-13-01T00:00:00Z',
    '1566656122',
    1566656122,
    null,
    undefined,
    'x2019-08-24T14:15:22Z',
    '2019-08-24T14:15:22Zx',
  ])('is none where it is not legible: %s', (text) => {
    expect(decodeTimestamp(text)).toBeNull();
  });

  it('is read as it was written, to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => {
        expect(decodeTimestamp(new Date(ms).toISOString())).toBe(ms);
      }),
    );
  });
});
