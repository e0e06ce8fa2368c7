import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexByTime } from '../../../src/sources/timeline/index-by-time.ts';
import { createEvent } from '../../graph/fake-context.ts';

const times = fc.array(fc.nat({ max: 40 }), { maxLength: 60 }).map((list) => list.toSorted((a, b) => b - a));

test('a window holds just the rows inside it, in their order', () => {
  fc.assert(
    fc.property(times, fc.nat({ max: 45 }), fc.nat({ max: 45 }), (list, fromMs, toMs) => {
      const rows = list.map((timestampMs, at) => createEvent({ id: String(at), timestampMs }));
      const expected = rows.filter((row) => row.timestampMs >= fromMs && row.timestampMs < toMs);
      expect(
        indexByTime(rows)
          .within({ fromMs, toMs })
          .map(({ row }) => row),
      ).toEqual(expected);
    }),
  );
});

test('addresses come in one spelling', () => {
  const rows = ['::ffff:12.34.56.78', '12.34.56.78', null].map((ipAddress) => createEvent({ ipAddress }));
  const { timestampMs } = rows[0]!;
  const found = indexByTime(rows).within({ fromMs: timestampMs, toMs: timestampMs + 1 });
  expect(found.map(({ address }) => address)).toEqual(['12.34.56.78', '12.34.56.78', null]);
});
