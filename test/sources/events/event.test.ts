import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEvent } from '../../../src/sources/events/event.ts';
import { isSkipped } from '../../../src/sources/paging/vendor-page.ts';
import { parseJson } from '../../../src/upstream/body.ts';

const row = {
  id: 1,
  timestamp: '2019-08-24T14:15:22Z',
  category: 'authentication',
  action: 'user-login-success',
  description: 'User bob.smith has logged in',
  username: 'bob.smith',
  ipAddress: '12.34.56.78',
};

describe('an event', () => {
  test("is read from the vendor's own example", () => {
    expect(decodeEvent(row)).toEqual({
      source: 'EVENTS',
      id: '1',
      timestampMs: Date.parse('2019-08-24T14:15:22Z'),
      category: 'authentication',
      action: 'user-login-success',
      description: 'User bob.smith has logged in',
      username: 'bob.smith',
      ipAddress: '12.34.56.78',
    });
  });

  test('keeps every int64 id exact: 10,000 of them', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (id) => {
        const body = parseJson(`{"id":${id},"timestamp":"2019-08-24T14:15:22Z","category":"a","action":"b"}`);
        expect(decodeEvent(body)).toMatchObject({ id: String(id) });
      }),
      { numRuns: 10_000 },
    );
  });

  test('needs its id, time, category and action, and nothing else', () => {
    const { id, timestamp, category, action } = row;
    expect(decodeEvent({ id, timestamp, category, action })).toMatchObject({
      description: null,
      username: null,
      ipAddress: null,
    });
    for (const name of ['id', 'timestamp', 'category', 'action']) {
      expect(isSkipped(decodeEvent({ ...row, [name]: undefined }))).toBe(true);
      expect(isSkipped(decodeEvent({ ...row, [name]: null }))).toBe(true);
    }
  });

  test.each([{}, { id: 1 }, { timestamp: row.timestamp }, { ...row, id: null }])(
    'without an id or a parsable time is not read further: %j',
    (fields) => {
      const bare = {
        ...fields,
        get category(): string {
          throw new Error('it was looked at');
        },
      };
      expect(isSkipped(decodeEvent(bare))).toBe(true);
    },
  );

  test.each([
    ['an id beyond int64', { id: 2n ** 63n }],
    ['an id with a fraction', { id: 1.5 }],
    ['an id that is text', { id: 'one' }],
    ['a username of another type', { username: 5 }],
    ['an empty category', { category: '' }],
  ])('is skipped with %s, and its time is kept', (_, change) => {
    expect(decodeEvent({ ...row, ...change })).toEqual({
      dropped: true,
      timestampMs: Date.parse(row.timestamp),
    });
  });

  test.each([null, 'text', 5, []])('is skipped if it is no object: %j', (value) => {
    expect(decodeEvent(value)).toEqual({ dropped: true, timestampMs: null });
  });

  test('has one address if the vendor gives one, and a list if it gives several', () => {
    expect(decodeEvent({ ...row, ipAddress: '10.0.0.1:443' })).toMatchObject({ ipAddress: '10.0.0.1' });
    expect(decodeEvent({ ...row, ipAddress: '10.0.0.1, 10.0.0.2' })).toMatchObject({
      ipAddress: null,
      addresses: ['10.0.0.1', '10.0.0.2'],
    });
    expect(decodeEvent({ ...row, ipAddress: 'localhost' })).toMatchObject({ ipAddress: null });
  });
});
