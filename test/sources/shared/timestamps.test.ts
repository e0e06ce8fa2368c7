import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeTimestamp } from '../../../src/sources/shared/timestamps.ts';

describe("a vendor's time", () => {
  test.each([
    ['2014-08-10T03:02:34.053+00:00', '2014-08-10T03:02:34.053Z'],
    ['2016-05-01T10:00:00.745Z', '2016-05-01T10:00:00.745Z'],
    ['2019-08-24T14:15:22Z', '2019-08-24T14:15:22.000Z'],
    ['2019-08-24T14:15:22+0200', '2019-08-24T12:15:22.000Z'],
    ['2019-08-24T14:15:22-04:00', '2019-08-24T18:15:22.000Z'],
    ['2019-08-24T14:15:22', '2019-08-24T14:15:22.000Z'],
    ['2019-08-24T14:15:22.123456Z', '2019-08-24T14:15:22.123Z'],
    ['2024-02-29T23:59:59-12:00', '2024-03-01T11:59:59.000Z'],
    ['2019-08-24t14:15:22z', '2019-08-24T14:15:22.000Z'],
    ['2019-08-24T14:15Z', '2019-08-24T14:15:00.000Z'],
  ])('%s is %s', (text, instant) => {
    expect(new Date(decodeTimestamp(text)!).toISOString()).toBe(instant);
  });

  test.each([
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
    '2026-02-30T10:00:00Z',
    '2026-02-29T10:00:00+02:00',
    '2026-11-31T00:00:00',
    '2026-01-01T24:00:00Z',
    '2026-01-01T10:60:00Z',
    '2026-01-01T10:00:00+24:00',
    '2026-01-01T10:00:00+0260',
  ])("is null if it can't be parsed: %s", (text) => {
    expect(decodeTimestamp(text)).toBeNull();
  });

  test('is none on a day beyond its month, in any zone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1970, max: 2100 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom('', 'Z', '+02:00', '-1130'),
        (year, month, zone) => {
          const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
          const at = (day: number) =>
            decodeTimestamp(`${year}-${String(month).padStart(2, '0')}-${day}T10:00:00${zone}`);
          expect(at(last)).not.toBeNull();
          expect(at(last + 1)).toBeNull();
        },
      ),
    );
  });

  test('is read as it was written, to the millisecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => {
        expect(decodeTimestamp(new Date(ms).toISOString())).toBe(ms);
      }),
    );
  });

  test('of any digits is read if each part is in its range, and otherwise is none', () => {
    const part = (max: number) => fc.integer({ min: 0, max });
    fc.assert(
      fc.property(part(2), part(13), part(32), part(25), part(61), part(61), (century, ...parts) => {
        const [month, day, hour, minute, second] = parts.map((number) => String(number).padStart(2, '0'));
        const text = `${19 + century}24-${month}-${day}T${hour}:${minute}:${second}.053Z`;
        const ms = Date.parse(text);
        const isWritten = !Number.isNaN(ms) && new Date(ms).toISOString() === text;
        expect(decodeTimestamp(text)).toBe(isWritten ? ms : null);
      }),
      { numRuns: 5_000 },
    );
  });
});
