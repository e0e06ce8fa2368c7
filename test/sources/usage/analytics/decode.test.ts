import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { USAGE_SERIES } from '../../../../src/sources/usage/analytics/analytics.ts';
import { decodeSeries } from '../../../../src/sources/usage/analytics/decode.ts';

const DAY_1 = '2014-07-01T00:00:00.000Z';
const DAY_2 = '2014-07-02T00:00:00.000Z';
const QUESTION = {
  range: { fromMs: Date.parse(DAY_1), toMs: Date.parse('2014-07-03T00:00:00.000Z') },
  interval: 'DAY',
} as const;
const startMs = Date.parse(DAY_1);

describe("the rows of the vendor's page", () => {
  test('are read for each series', () => {
    expect(decodeSeries('activity', [{ timestamp: DAY_1, count: 5760 }], QUESTION).rows).toEqual([
      { startMs, count: 5760, figure: 5760 },
    ]);
    const elements = [
      { sendgrid: 3087, timestamp: DAY_1, count: 178_886, githuboauth: 111, twilio: 175_688 },
    ];
    expect(decodeSeries('elements', elements, QUESTION).rows).toEqual([
      {
        startMs,
        count: 178_886,
        figure: new Map([
          ['sendgrid', 3087],
          ['githuboauth', 111],
          ['twilio', 175_688],
        ]),
      },
    ]);
    const times = [
      { min: 434, timestamp: DAY_1, max: 1512, count: 12, avg: 1069.4166666666667 },
      { timestamp: DAY_2, count: 0 },
    ];
    expect(decodeSeries('times', times, QUESTION).rows).toEqual([
      { startMs, count: 12, figure: { min: 434, max: 1512, avg: 1069.4166666666667 } },
      { startMs: Date.parse(DAY_2), count: 0, figure: null },
    ]);
    const statuses = [
      { timestamp: DAY_1, count: 5, failed: 1, success: 4 },
      { timestamp: DAY_2, count: 0 },
    ];
    expect(decodeSeries('statuses', statuses, QUESTION).rows.map(({ figure }) => figure)).toEqual([
      { success: 4, failed: 1 },
      { success: 0, failed: 0 },
    ]);
  });

  test('are given oldest first, in any order of the answer', () => {
    const body = [
      { timestamp: DAY_2, count: 2 },
      { timestamp: DAY_1, count: 1 },
    ];
    expect(decodeSeries('activity', body, QUESTION).rows.map(({ count }) => count)).toEqual([1, 2]);
  });
});

describe('a row is skipped and counted', () => {
  const good = { timestamp: DAY_2, count: 1, min: 1, max: 1, avg: 1, success: 1, failed: 0 };
  test.each([
    ['activity', { timestamp: DAY_1 }],
    ['activity', { timestamp: DAY_1, count: -1 }],
    ['activity', { timestamp: DAY_1, count: 1.5 }],
    ['activity', { timestamp: DAY_1, count: '7' }],
    ['activity', { timestamp: DAY_1, count: 10n ** 20n }],
    ['elements', { timestamp: DAY_1, count: 1, box: -1 }],
    ['elements', { timestamp: DAY_1, count: 1, box: 10n ** 20n }],
    ['elements', { timestamp: DAY_1, count: 'many', box: 1 }],
    ['times', { timestamp: DAY_1, count: 2, min: 1, max: 2 }],
    ['times', { timestamp: DAY_1, count: 2, min: 1, avg: 2 }],
    ['times', { timestamp: DAY_1, count: 2, max: 1, avg: 1 }],
    ['times', { timestamp: DAY_1, count: 2, min: '1', max: 2, avg: 1 }],
    ['times', { timestamp: DAY_1, count: 2, min: -1, max: 2, avg: 1 }],
    ['times', { timestamp: DAY_1, count: 2, min: 1, max: 2, avg: Number.NaN }],
    ['times', { timestamp: DAY_1, min: 1, max: 2, avg: 1 }],
    ['statuses', { timestamp: DAY_1, count: 2 }],
    ['statuses', { timestamp: DAY_1, count: 2, success: 2 }],
    ['statuses', { timestamp: DAY_1, count: 0, success: 2 }],
    ['statuses', { timestamp: DAY_1, count: 0, failed: 2 }],
  ] as const)('%s: its figures are none', (series, row) => {
    const { rows, skipped } = decodeSeries(series, [row, good], QUESTION);
    expect(rows).toHaveLength(1);
    expect(skipped).toEqual([startMs]);
  });

  test.each([[null], ['text'], [[]], [{}], [{ count: 1 }], [{ timestamp: 'soon', count: 1 }]])(
    '%j: it has no time',
    (row) => {
      expect(decodeSeries('activity', [row, good], QUESTION).skipped).toEqual([null]);
    },
  );

  test('it has no time, even if most rows have none', () => {
    const { rows, skipped } = decodeSeries('activity', [good, {}, { timestamp: 'soon' }], QUESTION);
    expect([rows.length, skipped]).toEqual([1, [null, null]]);
  });

  test('it begins inside of a row, or repeats a row', () => {
    const noon = { timestamp: '2014-07-01T12:00:00Z', count: 1 };
    expect(decodeSeries('activity', [noon, good], QUESTION).skipped).toEqual([Date.parse(noon.timestamp)]);
    expect(decodeSeries('activity', [good, good], QUESTION).skipped).toEqual([Date.parse(DAY_2)]);
  });

  test('but one that begins with the range, inside of a row, is read', () => {
    const noon = { timestamp: '2014-07-01T12:00:00Z', count: 1 };
    const question = { ...QUESTION, range: { ...QUESTION.range, fromMs: Date.parse(noon.timestamp) } };
    expect(decodeSeries('activity', [noon], question)).toMatchObject({ rows: [{ count: 1 }], skipped: [] });
  });
});

test('a field that is no number is no element', () => {
  const [row] = decodeSeries(
    'elements',
    [{ timestamp: DAY_1, count: 1, box: 1, unit: 'calls', x: null }],
    QUESTION,
  ).rows;
  expect(row?.figure).toEqual(new Map([['box', 1]]));
});

test('an element without calls is left out', () => {
  const [row] = decodeSeries('elements', [{ timestamp: DAY_1, count: 1, box: 1, twilio: 0 }], QUESTION).rows;
  expect(row?.figure).toEqual(new Map([['box', 1]]));
});

test('a row needs no count if its parts say how many calls there were', () => {
  const elements = decodeSeries('elements', [{ timestamp: DAY_1, box: 1 }], QUESTION);
  expect(elements).toMatchObject({ rows: [{ count: null, figure: new Map([['box', 1]]) }], skipped: [] });
  const statuses = decodeSeries('statuses', [{ timestamp: DAY_1, success: 2, failed: 1 }], QUESTION);
  expect(statuses).toMatchObject({ rows: [{ count: null, figure: { success: 2, failed: 1 } }], skipped: [] });
});

test('a call of zero milliseconds has a time', () => {
  const times = [{ timestamp: DAY_1, count: 1, min: 0, max: 0, avg: 0 }];
  expect(decodeSeries('times', times, QUESTION).rows[0]?.figure).toEqual({ min: 0, max: 0, avg: 0 });
});

test('an answer without a parsable row is refused', () => {
  expect(() => decodeSeries('activity', [{}], QUESTION)).toThrow(TypeError);
  expect(decodeSeries('activity', [], QUESTION)).toMatchObject({ rows: [], skipped: [], unanswered: [] });
});

test('rows that all begin with months, but the first, are refused as an answer by day', () => {
  const summer = (from: string, ...starts: readonly string[]) => {
    const range = { fromMs: Date.parse(from), toMs: Date.parse('2014-10-01T00:00:00Z') };
    const body = starts.map((timestamp) => ({ timestamp, count: 1 }));
    return () => decodeSeries('activity', body, { range, interval: 'DAY' });
  };
  const coarser = 'The rows are of a coarser interval than requested.';
  expect(summer(DAY_1, DAY_1, '2014-08-01T00:00Z', '2014-09-01T00:00Z')).toThrow(coarser);
  expect(summer(DAY_2, DAY_2, '2014-08-01T00:00Z')).toThrow(coarser);
  expect(summer(DAY_1, DAY_1, DAY_2, '2014-08-01T00:00Z')).not.toThrow();
  expect(summer(DAY_1, DAY_1)).not.toThrow();
});

test('years with a gap are read, because there are no longer rows', () => {
  const range = { fromMs: Date.parse('2012-01-01T00:00Z'), toMs: Date.parse('2015-01-01T00:00Z') };
  const body = ['2012-01-01T00:00Z', '2014-01-01T00:00Z'].map((timestamp) => ({ timestamp, count: 1 }));
  expect(decodeSeries('activity', body, { range, interval: 'YEAR' }).rows).toHaveLength(2);
});

test('every row of any list is read or skipped, and only the known errors are thrown', () => {
  const value = fc.oneof(fc.nat(), fc.double(), fc.string(), fc.constant(null));
  const row = fc.oneof(
    fc.anything(),
    fc.dictionary(
      fc.constantFrom('count', 'min', 'max', 'avg', 'success', 'failed', 'box', '__proto__'),
      value,
    ),
  );
  const timed = fc.tuple(row, fc.integer({ min: 0, max: 99 })).map(([fields, day]) => ({
    ...(typeof fields === 'object' ? fields : {}),
    timestamp: new Date(startMs + day * 86_400_000).toISOString(),
  }));
  fc.assert(
    fc.property(fc.constantFrom(...USAGE_SERIES), fc.array(fc.oneof(timed, row)), (series, body) => {
      try {
        const { rows, skipped, starts } = decodeSeries(series, body, QUESTION);
        expect(starts).toHaveLength(body.length);
        // The range has two rows, so none can be missing between others.
        expect(rows.length + skipped.length).toBe(body.length);
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
        expect((error as TypeError).message).toMatch(
          /^(No row could be parsed|No row lies in the requested range|The rows are of a (finer|coarser) interval)/,
        );
      }
    }),
  );
});
