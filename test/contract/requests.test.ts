import { OpenAPIBackend } from 'openapi-backend';
import type { Document } from 'openapi-backend';
import { describe, expect, test } from 'vitest';
import { readContract, VENDORS } from './vendor-contract.ts';

// The sandbox checks requests with the same library. `quick`, because its check of documents supports only OpenAPI 3.0.
const apis = new Map(
  await Promise.all(
    VENDORS.map(async (vendor) => {
      const definition = readContract(vendor) as unknown as Document;
      const api = new OpenAPIBackend({ definition, quick: true, ajvOpts: { coerceTypes: 'array' } });
      await api.init();
      return [vendor, api] as const;
    }),
  ),
);

type Query = Readonly<Record<string, string | string[]>>;

function isAccepted(vendor: (typeof VENDORS)[number], path: string, query: Query): boolean {
  const api = apis.get(vendor);
  const request = { method: 'get', path, headers: {}, query: { ...query } };
  const operation = api?.matchOperation(request);
  if (!api || !operation) throw new Error(`${vendor} has no ${path}`);
  return api.validateRequest(request, operation).valid;
}

const RANGE = { from: '2014-03-01T00:00:00Z', to: '2014-04-01T00:00:00Z' };
const WINDOW = {
  page: '1',
  pageSize: '100',
  createdFrom: '2019-08-24T14:15:22Z',
  createdTo: '2019-08-25T14:15:22Z',
};

describe('a request is accepted', () => {
  test.each<[(typeof VENDORS)[number], string, Query]>([
    ['usage', '/usage', {}],
    ['usage', '/usage', { 'keys[]': ['dropbox', 'googledrive', 'box'], 'tags[]': ['development', 'qa'] }],
    ['usage', '/usage', { 'keys[]': 'dropbox', hub: 'crm', status: 'FAILED', searchText: 'oauth' }],
    ['usage', '/usage', { ...RANGE, pageOffset: '0', pageSize: '200', nextPage: 'token' }],
    ['usage', '/usage', { from: '2014-04-14', to: '2014-04-14T00:00:00-4:00', status: 'success' }],
    ['usage', '/usage/53e6e0c8e4b067fd19a9d6ab', {}],
    ['usage', '/usage/analytics/activity', RANGE],
    ['usage', '/usage/analytics/activity/elements', { ...RANGE, interval: 'month' }],
    ['usage', '/usage/analytics/times', { ...RANGE, interval: 'second' }],
    ['usage', '/usage/analytics/statuses', { ...RANGE, interval: 'quarter' }],
    ['events', '/events', WINDOW],
    [
      'events',
      '/events',
      { ...WINDOW, createdFrom: 'gt:2019-08-24T14:15:22Z', createdTo: 'lt:2019-08-25T14:15:22Z' },
    ],
    [
      'events',
      '/events',
      { ...WINDOW, pageSize: '1000', sort: 'timestamp:desc,id:desc', fields: 'id,timestamp' },
    ],
    ['events', '/events', { ...WINDOW, category: 'in:x,y', action: 'like:%login%' }],
  ])('%s %s %o', (vendor, path, query) => {
    expect(isAccepted(vendor, path, query)).toBe(true);
  });
});

describe('a request is refused', () => {
  test.each<[(typeof VENDORS)[number], string, Query]>([
    ['usage', '/usage', { pageSize: '0' }],
    ['usage', '/usage', { pageOffset: '-1' }],
    ['usage', '/usage', { pageSize: 'many' }],
    ['usage', '/usage', { status: 'SUCCCESS' }],
    ['usage', '/usage', { from: 'yesterday' }],
    ['usage', '/usage/analytics/activity', {}],
    ['usage', '/usage/analytics/times', { from: RANGE.from }],
    ['usage', '/usage/analytics/statuses', { ...RANGE, interval: 'DAY' }],
    ['events', '/events', {}],
    ['events', '/events', { ...WINDOW, page: '0' }],
    ['events', '/events', { ...WINDOW, pageSize: '1001' }],
    ['events', '/events', { ...WINDOW, createdFrom: 'eq:2019-08-24T14:15:22Z' }],
    ['events', '/events', { ...WINDOW, createdTo: '2019-08-24' }],
  ])('%s %s %o', (vendor, path, query) => {
    expect(isAccepted(vendor, path, query)).toBe(false);
  });
});
