import { describe, expect, test } from 'vitest';
import { encodeGlobalId } from '../../src/graph/global-id.ts';
import { createEvent, createFakeContext, createRecord, NOW_MS } from './fake-context.ts';

const RECORD_ID = encodeGlobalId(createRecord());
const EVENT_ID = encodeGlobalId(createEvent());
const answers = {
  usage: { getUsageRecord: async (id: string) => (id === createRecord().id ? createRecord() : null) },
  events: { getEvent: async (id: string) => (id === createEvent().id ? createEvent() : null) },
};

describe('node', () => {
  test('reads a usage record by its id', async () => {
    const { ask, calls } = createFakeContext(answers);
    const { data } = await ask(
      'query ($id: ID!) { node(id: $id) { __typename id ... on UsageRecord { recordId } } }',
      {
        id: RECORD_ID,
      },
    );
    expect(data).toEqual({ node: { __typename: 'UsageRecord', id: RECORD_ID, recordId: createRecord().id } });
    expect(calls).toEqual([['getUsageRecord', createRecord().id, createRecord().timestampMs]]);
  });

  test('reads a usage record by an older id without a time, and returns its new id', async () => {
    const { ask, calls } = createFakeContext(answers);
    const old = Buffer.from(`UsageRecord:${createRecord().id}`).toString('base64url');
    const { data } = await ask('query ($id: ID!) { node(id: $id) { id } }', { id: old });
    expect(data).toEqual({ node: { id: RECORD_ID } });
    expect(calls).toEqual([['getUsageRecord', createRecord().id, null]]);
  });

  test('reads an event by its exact id, beyond 2^53, and by the time in its global id', async () => {
    const { ask, calls } = createFakeContext(answers);
    const { data } = await ask(
      'query ($id: ID!) { node(id: $id) { __typename id ... on Event { eventId } } }',
      {
        id: EVENT_ID,
      },
    );
    expect(data).toEqual({ node: { __typename: 'Event', id: EVENT_ID, eventId: '9223372036854775807' } });
    expect(calls).toEqual([['getEvent', '9223372036854775807', NOW_MS - 30_000]]);
  });

  test('tells when the archive first saw an entry, and null if it has not', async () => {
    const query =
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on UsageRecord { firstSeenAt } ... on Event { firstSeenAt } } }';
    const ids = [RECORD_ID, EVENT_ID];
    const seen = createFakeContext({
      usage: { getUsageRecord: async () => createRecord({ firstSeenMs: NOW_MS }) },
      events: { getEvent: async () => createEvent({ firstSeenMs: NOW_MS - 1 }) },
    });
    expect((await seen.ask(query, { ids })).data).toEqual({
      nodes: [{ firstSeenAt: '2026-11-21T12:00:00.000Z' }, { firstSeenAt: '2026-11-21T11:59:59.999Z' }],
    });
    expect((await createFakeContext(answers).ask(query, { ids })).data).toEqual({
      nodes: [{ firstSeenAt: null }, { firstSeenAt: null }],
    });
  });

  test('is null for a text that is not an id, without a call', async () => {
    const { ask, calls } = createFakeContext(answers);
    const { data, errors } = await ask('{ node(id: "Li4vLi4") { id } }');
    expect([data, errors]).toEqual([{ node: null }, undefined]);
    expect(calls).toEqual([]);
  });
});

describe('nodes', () => {
  const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';

  test('keeps the order, and has null for unknown ids', async () => {
    const { ask } = createFakeContext(answers);
    const gone = encodeGlobalId(createRecord({ id: 'gone' }));
    const { data } = await ask(NODES, { ids: [EVENT_ID, 'nonsense', RECORD_ID, gone, EVENT_ID] });
    expect(data).toEqual({ nodes: [{ id: EVENT_ID }, null, { id: RECORD_ID }, null, { id: EVENT_ID }] });
  });

  test('keeps the other entries if one fails', async () => {
    const getEvent = () => Promise.reject(new Error('down'));
    const { ask } = createFakeContext({ ...answers, events: { getEvent } });
    const { data, errors } = await ask(NODES, { ids: [EVENT_ID, RECORD_ID] });
    expect(data).toEqual({ nodes: [null, { id: RECORD_ID }] });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.path).toEqual(['nodes', 0]);
  });

  test('refuses more ids than the maximum page size, before any call', async () => {
    const { ask, calls } = createFakeContext(answers);
    const { errors } = await ask(NODES, { ids: Array.from({ length: 501 }, () => RECORD_ID) });
    expect(errors?.[0]?.message).toContain('at most 500');
    expect(calls).toEqual([]);
  });
});
