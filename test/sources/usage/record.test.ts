import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSkipped } from '../../../src/sources/paging/vendor-page.ts';
import { decodeUsageRecord } from '../../../src/sources/usage/record.ts';

const camel = {
  id: '53e6df56e4b067fd19a9d69f',
  requestStatus: 'SUCCESS',
  elementName: 'GitHub OAuth',
  elementKey: 'githuboauth',
  accountId: 1,
  instanceName: 'production 2',
  usageDate: '2014-08-10T03:02:34.053+00:00',
  userId: 1,
  processTime: 992,
  requestURI: '/elements/api-v1/oauth/1/authenticate',
  requestIP: '172.31.28.13',
  elementTags: 'production',
  elementApi: 'authenticate',
  companyId: 1,
};

const snake = {
  traffic_id: '53e6df56e4b067fd19a9d69f',
  traffic_date: '2014-08-10T03:02:34.053Z',
  request_status: 'FAILED',
  element_name: 'GitHub OAuth',
  element_key: 'githuboauth',
  element_api: 'authenticate',
  element_tag: ['production', 'qa'],
  instance_tags: 'a, b',
  instance_name: 'production 2',
  request_uri: '/x',
  request_ip: '172.31.28.13',
  process_time: 992,
  user_id: 1,
  account_id: 9_007_199_254_740_993n,
  company_id: 1,
  request_id: 'r-1',
  request_method: 'GET',
  response_status: '404',
  vendor_process_time: 900,
  platform_process_time: 92,
  user_name: 'ada@example.com',
  account_name: 'Example',
  company_name: 'Example Ltd',
  provision_name: 'production',
  vendor_resource: '/v3/contacts',
  element_resource: '/contacts',
  instance_id: 7,
  headers: { authorization: 'never-to-be-shown' },
  something_new: true,
};

describe('a usage record', () => {
  test("is read from the page's own example", () => {
    expect(decodeUsageRecord(camel)).toEqual({
      source: 'USAGE',
      id: '53e6df56e4b067fd19a9d69f',
      timestampMs: Date.parse('2014-08-10T03:02:34.053Z'),
      requestStatus: 'SUCCESS',
      requestStatusText: 'SUCCESS',
      elementKey: 'githuboauth',
      elementName: 'GitHub OAuth',
      elementApi: 'authenticate',
      elementTags: ['production'],
      instanceName: 'production 2',
      accountId: '1',
      companyId: '1',
      userId: '1',
      processTime: 992,
      requestURI: '/elements/api-v1/oauth/1/authenticate',
      requestIP: '172.31.28.13',
      ipAddress: '172.31.28.13',
      instanceTags: [],
      requestId: null,
      requestMethod: null,
      responseStatus: null,
      instanceId: null,
      vendorProcessTime: null,
      platformProcessTime: null,
      userName: null,
      accountName: null,
      companyName: null,
      provisionName: null,
      vendorResource: null,
      elementResource: null,
    });
  });

  test('is read from the spelling since 2016, without its headers', () => {
    const record = decodeUsageRecord(snake);
    expect(record).toMatchObject({
      id: '53e6df56e4b067fd19a9d69f',
      requestStatus: 'FAILED',
      elementTags: ['production', 'qa'],
      instanceTags: ['a', 'b'],
      accountId: '9007199254740993',
      requestId: 'r-1',
      requestMethod: 'GET',
      responseStatus: 404,
      vendorProcessTime: 900,
      platformProcessTime: 92,
      userName: 'ada@example.com',
      accountName: 'Example',
      companyName: 'Example Ltd',
      provisionName: 'production',
      vendorResource: '/v3/contacts',
      elementResource: '/contacts',
      instanceId: '7',
    });
    expect(JSON.stringify(record)).not.toContain('never-to-be-shown');
  });

  test('has no status if the vendor gives an unknown one, but keeps its text', () => {
    expect(decodeUsageRecord({ ...camel, requestStatus: 'success' })).toMatchObject({
      requestStatus: 'SUCCESS',
      requestStatusText: 'success',
    });
    expect(decodeUsageRecord({ ...camel, requestStatus: 'PENDING' })).toMatchObject({
      requestStatus: null,
      requestStatusText: 'PENDING',
    });
  });

  test.each([
    'requestStatus',
    'elementKey',
    'elementTags',
    'instanceName',
    'accountId',
    'requestIP',
    'processTime',
  ])('may lack its %s', (name) => {
    expect(isSkipped(decodeUsageRecord({ ...camel, [name]: undefined }))).toBe(false);
    expect(isSkipped(decodeUsageRecord({ ...camel, [name]: null }))).toBe(false);
    if (name !== 'processTime') expect(isSkipped(decodeUsageRecord({ ...camel, [name]: '' }))).toBe(false);
  });

  test.each([
    ['no id', { id: undefined }],
    ['an id that no path can carry', { id: '../x' }],
    ['an id of 65 letters', { id: 'a'.repeat(65) }],
    ['a process time that is text', { processTime: 'slow' }],
    ['a status that is a number', { requestStatus: 5 }],
    ['a process time beyond what a number holds exactly', { processTime: 1e300 }],
    ['a negative process time', { processTime: -1 }],
    ["a vendor's process time beyond it", { vendorProcessTime: 2 ** 53 }],
    ["a platform's process time below zero", { platformProcessTime: -0.5 }],
    ['a response status beyond 32 bits', { responseStatus: 2 ** 31 }],
    ['a response status beyond 32 bits as text', { responseStatus: '10000000000' }],
  ])('is skipped with %s, and its time is kept', (_, change) => {
    expect(decodeUsageRecord({ ...camel, ...change })).toEqual({
      dropped: true,
      timestampMs: Date.parse(camel.usageDate),
    });
  });

  test.each([{ usageDate: 'soon' }, { usageDate: undefined }, { usageDate: 1407639754053 }])(
    'is skipped without a parsable time: %j',
    (change) => {
      expect(decodeUsageRecord({ ...camel, ...change })).toEqual({ dropped: true, timestampMs: null });
    },
  );

  test('is skipped if a number is out of the range of the graph', () => {
    const fields = ['processTime', 'vendorProcessTime', 'platformProcessTime', 'responseStatus'] as const;
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.double(), (name, value) => {
        const record = decodeUsageRecord({ ...camel, [name]: value });
        if (isSkipped(record)) return;
        expect(record[name]).toSatisfy(Number.isSafeInteger);
        if (name === 'responseStatus') expect(record[name] === (record[name]! | 0)).toBe(true);
        else expect(record[name]).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 1_000 },
    );
    expect(
      decodeUsageRecord({ ...camel, processTime: 2 ** 53 - 1, responseStatus: 2 ** 31 - 1 }),
    ).toMatchObject({
      processTime: 2 ** 53 - 1,
      responseStatus: 2 ** 31 - 1,
    });
  });

  test.each([{}, { id: 'a' }, { usageDate: camel.usageDate }, { ...camel, id: '' }])(
    'without a parsable id or time is not read further: %j',
    (fields) => {
      const row = {
        ...fields,
        get elementKey(): string {
          throw new Error('it was looked at');
        },
      };
      expect(isSkipped(decodeUsageRecord(row))).toBe(true);
    },
  );

  test('is right or skipped with any value in any one field', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(camel)), fc.jsonValue(), (name, value) => {
        const record = decodeUsageRecord({ ...camel, [name]: value });
        if (isSkipped(record)) return;
        const plain = decodeUsageRecord(camel);
        if (isSkipped(plain)) throw new Error('the example must decode');
        for (const [key, kept] of Object.entries(plain)) {
          const touched = [name, 'requestStatusText', 'ipAddress', 'timestampMs'].includes(key);
          if (!touched) expect(record[key as keyof typeof record]).toEqual(kept);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
