import { describe, expect, test } from 'vitest';
import { decodeEvent } from '../../src/sources/events/event.ts';
import { decodeSeries } from '../../src/sources/usage/analytics/decode.ts';
import { decodeUsageRecord } from '../../src/sources/usage/record.ts';
import { answerOf, readContract } from './vendor-contract.ts';

const usage = readContract('usage');
const events = readContract('events');

describe('every example of the contracts can be decoded', () => {
  test('records of the page', () => {
    const decoded = [...(answerOf(usage, '/usage') as unknown[]), answerOf(usage, '/usage/{id}')].map(
      decodeUsageRecord,
    );
    expect(decoded).toEqual([
      expect.objectContaining({
        id: '53e6df56e4b067fd19a9d69f',
        timestampMs: Date.parse('2014-08-10T03:02:34.053Z'),
        requestStatus: 'SUCCESS',
        elementTags: ['production'],
        accountId: '1',
        processTime: 992,
        ipAddress: '172.31.28.13',
      }),
      expect.objectContaining({
        id: '53e6e0c8e4b067fd19a9d6ab',
        elementApi: 'getRequestToken',
        processTime: 317,
      }),
      expect.objectContaining({ id: '53e6e0c8e4b067fd19a9d6ab' }),
    ]);
  });

  test('records in snake case, also without an element; raw headers are left out', () => {
    const decoded = (answerOf(usage, '/usage', 'sketch-snake-case') as unknown[]).map(decodeUsageRecord);
    expect(decoded).toEqual([
      expect.objectContaining({
        id: '5f3a1c9be4b0a1d2c3e4f506',
        timestampMs: Date.parse('2020-08-17T06:12:43.745Z'),
        instanceTags: ['production', 'eu'],
        instanceId: '412345',
        responseStatus: 200,
        vendorProcessTime: 371,
        platformProcessTime: 41,
        userName: 'ada@example.com',
        accountName: 'Example',
        companyName: 'Example',
        provisionName: 'production 2',
        vendorResource: '/crm/v3/objects/contacts',
        elementResource: '/contacts',
      }),
      expect.objectContaining({
        requestStatus: 'FAILED',
        elementKey: null,
        elementName: null,
        accountId: null,
      }),
    ]);
    expect(decoded[0]).not.toHaveProperty('headers');
  });

  test.each([
    ['activity', '/usage/analytics/activity', '2014-03-01T00:00:00.000Z', '2014-03-07', 'DAY', 10],
    ['elements', '/usage/analytics/activity/elements', '2014-03-01T00:00:00.000Z', '2014-04-01', 'MONTH', 2],
    ['times', '/usage/analytics/times', '2014-07-01T00:00:00.000Z', '2014-07-05', 'DAY', 7],
    ['statuses', '/usage/analytics/statuses', '2014-07-01T00:00:00.000Z', '2014-07-05', 'DAY', 6],
  ] as const)('the series %s', (series, path, from, to, interval, rows) => {
    const body = answerOf(usage, path) as unknown[];
    const range = { fromMs: Date.parse(from), toMs: Date.parse(to) };
    const answer = decodeSeries(series, body, { range, interval });
    expect([answer.skipped, answer.unanswered]).toEqual([[], []]);
    expect(answer.rows).toHaveLength(rows);
  });

  test('events of the page', () => {
    expect((answerOf(events, '/events') as unknown[]).map(decodeEvent)).toEqual([
      {
        source: 'EVENTS',
        id: '1',
        timestampMs: Date.parse('2019-08-24T14:15:22Z'),
        category: 'authentication',
        action: 'user-login-success',
        description: 'User bob.smith has logged in',
        username: 'bob.smith',
        ipAddress: '12.34.56.78',
      },
    ]);
  });
});

test('an event without an id, which the contract allows, is skipped with its time', () => {
  expect((answerOf(events, '/events', 'sketch-least') as unknown[]).map(decodeEvent)).toEqual([
    { dropped: true, timestampMs: Date.parse('2019-08-24T14:15:22Z') },
  ]);
});
