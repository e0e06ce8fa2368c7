import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../src/base/errors.ts';
import { createFakeContext, createRecord, EMPTY_PAGE, NOW_MS } from '../fake-context.ts';

const WEEK = { fromMs: NOW_MS - 7 * 86_400_000, toMs: NOW_MS };

describe('usageRecord', () => {
  test('returns every field of the record', async () => {
    const { ask, calls } = createFakeContext({ usage: { getUsageRecord: async () => createRecord() } });
    const { data } = await ask(`{ usageRecord(recordId: "53e6e0c8") {
      recordId timestamp usageDate source requestStatus requestStatusText elementKey elementName elementApi elementTags
      instanceName accountId companyId userId processTime requestURI requestIP ipAddress instanceTags requestId
      requestMethod responseStatus instanceId vendorProcessTime platformProcessTime masked
      userName accountName companyName provisionName vendorResource elementResource firstSeenAt
    } }`);
    const { id: recordId, timestampMs, ...rest } = createRecord();
    const timestamp = new Date(timestampMs).toISOString();
    expect(data?.['usageRecord']).toEqual({
      ...rest,
      recordId,
      timestamp,
      usageDate: timestamp,
      firstSeenAt: null,
      masked: [],
    });
    expect(calls).toEqual([['getUsageRecord', '53e6e0c8', null]]);
  });

  test('is null if there is no such record', async () => {
    const { data, errors } = await createFakeContext().ask('{ usageRecord(recordId: "gone") { id } }');
    expect([data, errors]).toEqual([{ usageRecord: null }, undefined]);
  });

  test.each(['', '..', 'a/b', 'a%2fb', 'x'.repeat(65), 'a b'])(
    'refuses the id %j without a call',
    async (recordId) => {
      const { ask, calls } = createFakeContext();
      const { errors } = await ask('query ($recordId: ID!) { usageRecord(recordId: $recordId) { id } }', {
        recordId,
      });
      expect(errors?.[0]?.message).toContain("'recordId' must be");
      expect(calls).toEqual([]);
    },
  );
});

describe('usageRecords', () => {
  test('reads the last seven days, fifty rows, unfiltered, by default', async () => {
    const { ask, calls } = createFakeContext();
    await ask('{ usageRecords { nodes { id } } }');
    expect(calls).toEqual([
      ['listUsageRecords', { range: WEEK, filter: {}, count: 50, direction: 'DESC', after: null }],
    ]);
  });

  test('passes the whole filter to the source, without nulls and with empty lists', async () => {
    const { ask, calls } = createFakeContext();
    await ask(`{ usageRecords(
      range: { from: "2026-11-20T01:00:00+01:00", to: "2026-11-21T00:00:00Z" }
      filter: { hub: "crm", elementKeys: ["a", "b"], tags: [], status: FAILED, searchText: null, ipAddress: "10.0.0.0/8" }
      last: 3
    ) { nodes { id } } }`);
    expect(calls).toEqual([
      [
        'listUsageRecords',
        {
          range: { fromMs: Date.parse('2026-11-20T00:00:00Z'), toMs: Date.parse('2026-11-21T00:00:00Z') },
          filter: {
            hub: 'crm',
            elementKeys: ['a', 'b'],
            tags: [],
            status: 'FAILED',
            ipAddress: '10.0.0.0/8',
          },
          count: 3,
          direction: 'ASC',
          after: null,
        },
      ],
    ]);
  });

  test('passes the conditions that the vendor does not know to the source, with whole ids as texts and without nulls', async () => {
    const { ask, calls } = createFakeContext();
    await ask(`{ usageRecords(
      filter: {
        elementApis: ["contacts"], userIds: [17, "18"], accountIds: [], instanceIds: null
        responseStatus: { gte: 500, lt: null }, processTime: { gte: 0, lt: 10 }
      }
    ) { nodes { id } } }`);
    expect(calls).toMatchObject([['listUsageRecords', {}]]);
    expect(calls[0]?.[1]).toHaveProperty('filter', {
      elementApis: ['contacts'],
      userIds: ['17', '18'],
      accountIds: [],
      responseStatus: { gte: 500 },
      processTime: { gte: 0, lt: 10 },
    });
  });

  test('counts only if the count is selected, and reads no page if only the count is selected', async () => {
    const countUsageRecords = async () => ({ value: 3_000_000_000, accuracy: 'ESTIMATE' }) as const;
    const { ask, calls } = createFakeContext({ usage: { countUsageRecords } });
    const { data } = await ask(
      '{ usageRecords(filter: { hub: "crm" }) { from to totalCount { value accuracy } } }',
    );
    expect(data).toEqual({
      usageRecords: {
        from: '2026-11-14T12:00:00.000Z',
        to: '2026-11-21T12:00:00.000Z',
        totalCount: { value: 3_000_000_000, accuracy: 'ESTIMATE' },
      },
    });
    expect(calls).toEqual([['countUsageRecords', WEEK, { hub: 'crm' }]]);
  });

  test('a count that fails leaves the page intact', async () => {
    const countUsageRecords = () => Promise.reject(new Error('down'));
    const { data, errors } = await createFakeContext({ usage: { countUsageRecords } }).ask(
      '{ usageRecords { nodes { id } totalCount { value } } }',
    );
    expect(data).toEqual({ usageRecords: { nodes: [], totalCount: null } });
    expect(errors).toHaveLength(1);
  });

  test('a source that fails is null with one error, and leaves the other source intact', async () => {
    const listUsageRecords = () => Promise.reject(new Error('down'));
    const { data, errors } = await createFakeContext({ usage: { listUsageRecords } }).ask(
      '{ usageRecords { nodes { id } edges { cursor } pageInfo { endCursor } coverage { status } } events { nodes { id } } }',
    );
    expect(data).toEqual({ usageRecords: null, events: { nodes: [] } });
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.path).toEqual(['usageRecords']);
  });

  test('returns the coverage unchanged', async () => {
    const coverage = [
      {
        source: 'USAGE',
        operation: null,
        status: 'TRUNCATED',
        fromMs: NOW_MS - 5,
        toMs: NOW_MS,
        asOfMs: NOW_MS,
        origin: 'VENDOR',
        scanned: 10_000,
        matched: 0,
        dropped: 2,
        code: 'SCAN_LIMIT',
        reason: 'a bound',
      },
    ] as const;
    const listUsageRecords = async () => ({ ...EMPTY_PAGE, coverage });
    const { data } = await createFakeContext({ usage: { listUsageRecords } }).ask(
      '{ usageRecords { coverage { source operation status from to asOf scanned matched dropped code reason } } }',
    );
    expect(data).toEqual({
      usageRecords: {
        coverage: [
          {
            source: 'USAGE',
            operation: null,
            status: 'TRUNCATED',
            from: '2026-11-21T11:59:59.995Z',
            to: '2026-11-21T12:00:00.000Z',
            asOf: '2026-11-21T12:00:00.000Z',
            scanned: 10_000,
            matched: 0,
            dropped: 2,
            code: 'SCAN_LIMIT',
            reason: 'a bound',
          },
        ],
      },
    });
  });

  test.each([
    ['first: 501', 'LIMIT_EXCEEDED', 'first'],
    ['first: 0', 'BAD_USER_INPUT', 'first'],
    ['first: 1, last: 1', 'BAD_USER_INPUT', 'last'],
    ['after: "x"', 'CURSOR_INVALID', 'after'],
    ['range: { from: "2026-11-21T00:00:00Z", last: "P1D" }', 'BAD_USER_INPUT', 'range.last'],
    ['range: { from: "2026-11-21T00:00:00Z", to: "2026-11-21T00:00:00Z" }', 'BAD_USER_INPUT', 'range.from'],
  ])('refuses (%s) with %s before any call', async (args, code, argument) => {
    const { ask, calls, context } = createFakeContext();
    const { errors, data } = await ask(`{ usageRecords(${args}) { nodes { id } } service { version } }`);
    expect(data).toEqual({ usageRecords: null, service: { version: context.service.version } });
    expect(errors).toHaveLength(1);
    expect(calls).toEqual([]);
    const original = await refusalOf(args);
    expect([original?.code, original?.details.argument]).toEqual([code, argument]);
  });
});

/** The error object, which the JSON of an answer does not contain. */
async function refusalOf(args: string): Promise<RequestError | null> {
  const { askRaw } = createFakeContext();
  const [error] = (await askRaw(`{ usageRecords(${args}) { nodes { id } } }`)).errors ?? [];
  return error?.originalError instanceof RequestError ? error.originalError : null;
}
