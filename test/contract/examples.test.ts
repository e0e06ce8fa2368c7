import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { answerOf, listExamples, readContract, VENDORS } from './vendor-contract.ts';

describe.each(VENDORS)('the contract of %s', (vendor) => {
  const contract = readContract(vendor);
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(contract, 'contract');
  const examples = listExamples(contract);

  test('has examples of bodies, parameters and fields', () => {
    const places = examples.map(({ pointer }) => pointer);
    expect(places).toContainEqual(expect.stringContaining('/responses/200/content/'));
    expect(places).toContainEqual(expect.stringContaining('/parameters/'));
    expect(places).toContainEqual(expect.stringContaining('/components/schemas/'));
  });

  test.each(examples)('$pointer: example $name is valid', ({ pointer, value }) => {
    const isValid = ajv.compile({ $ref: `contract#${pointer}` });
    isValid(value);
    expect(isValid.errors).toBeNull();
  });
});

describe('a schema refuses', () => {
  const usage = new Ajv2020({ strict: false });
  formats.default(usage);
  usage.addSchema(readContract('usage'), 'contract');
  const validates = (name: string, value: unknown): boolean =>
    usage.compile({ $ref: `contract#/components/schemas/${name}` })(value);
  const [record] = answerOf(readContract('usage'), '/usage') as Record<string, unknown>[];

  test('a record without an id', () => {
    expect(validates('UsageRecord', record)).toBe(true);
    expect(validates('UsageRecord', { ...record, id: undefined })).toBe(false);
  });

  test('a record whose time is not a time', () => {
    expect(validates('UsageRecord', { ...record, usageDate: 'yesterday' })).toBe(false);
  });

  test('a bucket with a count below zero, or with one for an element', () => {
    const bucket = { timestamp: '2014-03-01T00:00:00.000Z', count: 1, twilio: 1 };
    expect(validates('ElementActivityBucket', bucket)).toBe(true);
    expect(validates('ElementActivityBucket', { ...bucket, twilio: -1 })).toBe(false);
    expect(validates('ActivityBucket', { ...bucket, count: -1 })).toBe(false);
  });
});

// Copied from the vendors' pages, with the fields in the order of the page, to compare the contracts with them.
const PAGE_EXAMPLES = [
  {
    vendor: 'usage',
    path: '/usage',
    json: `[
      {"id": "53e6df56e4b067fd19a9d69f", "requestStatus": "SUCCESS", "elementName": "GitHub OAuth", "elementKey": "githuboauth",
       "accountId": 1, "instanceName": "production 2", "usageDate": "2014-08-10T03:02:34.053+00:00", "userId": 1,
       "processTime": 992, "requestURI": "/elements/api-v1/oauth/1/authenticate", "requestIP": "172.31.28.13",
       "elementTags": "production", "elementApi": "authenticate", "companyId": 1},
      {"id": "53e6e0c8e4b067fd19a9d6ab", "requestStatus": "SUCCESS", "elementName": "GitHub OAuth", "elementKey": "githuboauth",
       "accountId": 1, "instanceName": "production 2", "usageDate": "2014-08-10T03:02:32.412+00:00", "userId": 1,
       "processTime": 317, "requestURI": "/elements/api-v1/oauth/getRequestToken", "requestIP": "172.31.28.13",
       "elementTags": "production", "elementApi": "getRequestToken", "companyId": 1}
    ]`,
  },
  {
    vendor: 'usage',
    path: '/usage/{id}',
    json: `{"id": "53e6e0c8e4b067fd19a9d6ab", "requestStatus": "SUCCESS", "elementName": "GitHub OAuth",
      "elementKey": "githuboauth", "accountId": 1, "instanceName": "production 2",
      "usageDate": "2014-08-10T03:02:32.412+00:00", "userId": 1, "processTime": 317,
      "requestURI": "/elements/api-v1/oauth/getRequestToken", "requestIP": "172.31.28.13", "elementTags": "production",
      "elementApi": "getRequestToken", "companyId": 1}`,
  },
  {
    vendor: 'usage',
    path: '/usage/analytics/activity',
    json: `[
      {"timestamp": "2014-03-01T00:00:00.000Z", "count": 5760},
      {"timestamp": "2014-03-02T00:00:00.000Z", "count": 5762},
      {"timestamp": "2014-03-03T00:00:00.000Z", "count": 5837},
      {"timestamp": "2014-03-04T00:00:00.000Z", "count": 5767},
      {"timestamp": "2014-03-05T00:00:00.000Z", "count": 5923},
      {"timestamp": "2014-03-06T00:00:00.000Z", "count": 5763},
      {"timestamp": "2014-03-15T00:00:00.000Z", "count": 5760},
      {"timestamp": "2014-03-28T00:00:00.000Z", "count": 5335},
      {"timestamp": "2014-03-31T00:00:00.000Z", "count": 5325},
      {"timestamp": "2014-04-01T00:00:00.000Z", "count": 0}
    ]`,
  },
  {
    vendor: 'usage',
    path: '/usage/analytics/activity/elements',
    json: `[
      {"sendgrid": 3087, "timestamp": "2014-03-01T00:00:00.000Z", "count": 178886, "githuboauth": 111, "twilio": 175688},
      {"timestamp": "2014-04-01T00:00:00.000Z", "count": 0}
    ]`,
  },
  {
    vendor: 'usage',
    path: '/usage/analytics/times',
    json: `[
      {"min": 434, "timestamp": "2014-07-01T00:00:00.000Z", "max": 1512, "count": 12, "avg": 1069.4166666666667},
      {"min": 234, "timestamp": "2014-07-02T00:00:00.000Z", "max": 1698, "count": 2, "avg": 966},
      {"min": 186, "timestamp": "2014-07-03T00:00:00.000Z", "max": 2927, "count": 11, "avg": 860},
      {"min": 222, "timestamp": "2014-07-04T00:00:00.000Z", "max": 1255, "count": 5, "avg": 513.2},
      {"min": 242, "timestamp": "2014-07-30T00:00:00.000Z", "max": 4471, "count": 10, "avg": 2533.7},
      {"min": 226, "timestamp": "2014-07-31T00:00:00.000Z", "max": 3790, "count": 7, "avg": 1631.857142857143},
      {"timestamp": "2014-08-01T00:00:00.000Z", "count": 0}
    ]`,
  },
  {
    vendor: 'usage',
    path: '/usage/analytics/statuses',
    json: `[
      {"timestamp": "2014-07-01T00:00:00.000Z", "count": 12, "failed": 0, "success": 12},
      {"timestamp": "2014-07-02T00:00:00.000Z", "count": 2, "failed": 0, "success": 2},
      {"timestamp": "2014-07-03T00:00:00.000Z", "count": 11, "failed": 0, "success": 11},
      {"timestamp": "2014-07-04T00:00:00.000Z", "count": 5, "failed": 1, "success": 4},
      {"timestamp": "2014-07-28T00:00:00.000Z", "count": 13, "failed": 2, "success": 11},
      {"timestamp": "2014-08-01T00:00:00.000Z", "count": 0, "failed": 0, "success": 0}
    ]`,
  },
  {
    vendor: 'events',
    path: '/events',
    json: `[{"id": 1, "timestamp": "2019-08-24T14:15:22Z", "category": "authentication", "action": "user-login-success",
      "description": "User bob.smith has logged in", "username": "bob.smith", "ipAddress": "12.34.56.78"}]`,
  },
] as const;

test.each(PAGE_EXAMPLES)(
  '$vendor $path has the example of the vendor page word for word',
  ({ vendor, path, json }) => {
    expect(JSON.stringify(answerOf(readContract(vendor), path))).toBe(JSON.stringify(JSON.parse(json)));
  },
);
