import { describe, expect, test } from 'vitest';
import { RequestError, UpstreamError } from '../../../src/base/errors.ts';
import { createEventsQuirks } from '../../../src/sources/events/quirks.ts';
import { createEventsSource } from '../../../src/sources/events/source.ts';
import type { UpstreamResponse } from '../../../src/upstream/upstream.ts';
import { createSimulatedEventsVendor } from '../../support/simulated-events-vendor.ts';
import type { SimulatedEvent } from '../../support/simulated-events-vendor.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';
import type { SeenCall } from '../../support/simulated-vendor.ts';
import { createFakeContext, NOW_MS } from '../fake-context.ts';

/** The graph over a simulated vendor with these events. */
function openGraph(
  events: readonly SimulatedEvent[],
  answer?: (call: SeenCall) => UpstreamResponse | UpstreamError,
) {
  const vendor = createSimulatedEventsVendor(() => events, {
    isFromInclusive: true,
    isToInclusive: false,
    takesOperators: true,
    sortFields: ['timestamp', 'id'],
    unsorted: () => 0,
  });
  const upstream = createSimulatedUpstream('EVENTS', answer ?? vendor, () => NOW_MS);
  const quirks = createEventsQuirks();
  // The vendor has given a long page.
  quirks.pages.note(1_000, 1_000, NOW_MS);
  const settings = {
    largestPage: 1_000,
    maxScannedRows: 10_000,
    staleIfErrorMs: 0,
    age: { settleMs: 90_000, retentionMs: null },
  };
  const source = createEventsSource({ upstream, quirks, nowMs: NOW_MS, settings }, createTestCallContext());
  return { ...createFakeContext({ events: source }), vendorCalls: upstream.calls };
}

const eventAt = (id: number, time: string, facts: Partial<SimulatedEvent> = {}): SimulatedEvent => ({
  id: BigInt(id),
  timestampMs: Date.parse(time),
  category: 'authentication',
  action: 'user-login-failure',
  ...facts,
});
// The clocks of Berlin went back at 01:00 UTC of 25 October.
const EVENTS: readonly SimulatedEvent[] = [
  eventAt(1, '2026-10-24T21:59:59Z', { username: 'bob' }),
  eventAt(2, '2026-10-24T22:00:00Z', { username: 'bob' }),
  eventAt(3, '2026-10-25T22:59:59Z', { username: 'ada' }),
  eventAt(4, '2026-10-25T23:00:00Z', { username: 'bob' }),
  eventAt(5, '2026-10-25T23:30:00Z', { action: 'role-created', category: 'role' }),
];
const RANGE = 'range: { from: "2026-10-24T00:00:00Z", to: "2026-10-26T12:00:00Z" }';

describe('eventBreakdown', () => {
  test('answers from one scan whose logins failed on which day', async () => {
    const { ask, vendorCalls } = openGraph(EVENTS);
    const { data, errors } = await ask(
      `{ eventBreakdown(${RANGE}, by: [USERNAME, ACTION], filter: { category: { eq: "authentication" } }, interval: DAY, timeZone: "Europe/Berlin", top: 1) {
           from to interval timeZone
           groups { key { dimension value } count firstAt lastAt buckets { timestamp end count } }
           other { key { value } count firstAt lastAt buckets { count } }
           coverage { status }
         } }`,
    );
    expect(errors).toBeUndefined();
    expect(data?.['eventBreakdown']).toEqual({
      from: '2026-10-24T00:00:00.000Z',
      to: '2026-10-26T12:00:00.000Z',
      interval: 'DAY',
      timeZone: 'Europe/Berlin',
      groups: [
        {
          key: [
            { dimension: 'USERNAME', value: 'bob' },
            { dimension: 'ACTION', value: 'user-login-failure' },
          ],
          count: 3,
          firstAt: '2026-10-24T21:59:59.000Z',
          lastAt: '2026-10-25T23:00:00.000Z',
          buckets: [
            { timestamp: '2026-10-23T22:00:00.000Z', end: '2026-10-24T22:00:00.000Z', count: 1 },
            // A day of 25 hours.
            { timestamp: '2026-10-24T22:00:00.000Z', end: '2026-10-25T23:00:00.000Z', count: 1 },
            { timestamp: '2026-10-25T23:00:00.000Z', end: '2026-10-26T23:00:00.000Z', count: 1 },
          ],
        },
      ],
      other: {
        key: [],
        count: 1,
        firstAt: '2026-10-25T22:59:59.000Z',
        lastAt: '2026-10-25T22:59:59.000Z',
        buckets: [{ count: 0 }, { count: 1 }, { count: 0 }],
      },
      coverage: [{ status: 'COMPLETE' }],
    });
    expect(vendorCalls).toHaveLength(1);
    expect(new Map(vendorCalls[0]?.query).get('fields')).not.toContain('ipAddress');
  });

  test('without an interval has no buckets', async () => {
    const { ask } = openGraph(EVENTS);
    const { data } = await ask(
      `{ eventBreakdown(${RANGE}, by: [CATEGORY]) { interval timeZone groups { key { value } count buckets { count } } other { count } } }`,
    );
    expect(data?.['eventBreakdown']).toEqual({
      interval: null,
      timeZone: 'UTC',
      groups: [
        { key: [{ value: 'authentication' }], count: 4, buckets: null },
        { key: [{ value: 'role' }], count: 1, buckets: null },
      ],
      other: null,
    });
  });

  test('a vendor that fails leaves no groups and FAILED coverage, without an error', async () => {
    const failure = new UpstreamError({
      code: 'UPSTREAM_UNAVAILABLE',
      source: 'EVENTS',
      operation: '/events',
      message: 'The vendor is unavailable.',
    });
    const { ask } = openGraph([], () => failure);
    const { data, errors } = await ask(
      '{ eventBreakdown(by: [ACTION]) { groups { count } other { count } coverage { status code } } }',
    );
    expect([data, errors]).toEqual([
      { eventBreakdown: { groups: [], other: null, coverage: [{ status: 'FAILED', code: 'UPSTREAM' }] } },
      undefined,
    ]);
  });

  test('a range without events has no groups', async () => {
    const { ask } = openGraph([]);
    const { data } = await ask(
      '{ eventBreakdown(by: [ACTION], interval: DAY) { groups { count } other { count } coverage { status } } }',
    );
    expect(data?.['eventBreakdown']).toEqual({
      groups: [],
      other: null,
      coverage: [{ status: 'FILLING' }, { status: 'COMPLETE' }],
    });
  });

  test('asks nothing if neither groups nor coverage are selected', async () => {
    const { ask, calls } = createFakeContext();
    const { data } = await ask('{ eventBreakdown(by: [ACTION]) { from to } }');
    expect(data?.['eventBreakdown']).toEqual({
      from: '2026-11-14T12:00:00.000Z',
      to: '2026-11-21T12:00:00.000Z',
    });
    expect(calls).toEqual([]);
  });

  test.each([
    ['by: []', 'BAD_USER_INPUT', { argument: 'by' }],
    ['by: [ACTION, ACTION]', 'BAD_USER_INPUT', { argument: 'by' }],
    ['by: [ACTION], top: -1', 'BAD_USER_INPUT', { argument: 'top' }],
    ['by: [ACTION], top: 501', 'LIMIT_EXCEEDED', { argument: 'top', limit: 'maxGroups' }],
    ['by: [ACTION], interval: SECOND', 'LIMIT_EXCEEDED', { argument: 'interval', limit: 'maxBuckets' }],
    [
      'by: [ACTION], interval: HOUR, top: 500',
      'LIMIT_EXCEEDED',
      { argument: 'top', limit: 'maxGroupBuckets', requested: 84_000 },
    ],
    ['by: [USERNAME]', 'FORBIDDEN', { argument: 'by' }],
    ['by: [ACTION, IP_ADDRESS]', 'FORBIDDEN', { argument: 'by' }],
    ['by: [ACTION], filter: { username: { eq: "bob" } }', 'FORBIDDEN', { argument: 'filter.username' }],
  ])('refuses (%s) with %s before any call', async (args, code, details) => {
    const { askRaw, calls } = createFakeContext({ scopes: ['events:read'] });
    const { data, errors } = await askRaw(`{ eventBreakdown(${args}) { groups { count } } }`);
    expect(data?.['eventBreakdown']).toBeNull();
    const refusal = errors?.[0]?.originalError;
    expect(refusal).toBeInstanceOf(RequestError);
    expect(refusal).toMatchObject({ code, details });
    expect(calls).toEqual([]);
  });

  test('refuses an unknown time zone', async () => {
    const { ask, calls } = createFakeContext();
    const { errors } = await ask('{ eventBreakdown(by: [ACTION], timeZone: "Nowhere/Land") { from } }');
    expect(errors?.[0]?.message).toContain('must be an IANA time zone');
    expect(calls).toEqual([]);
  });
});
