import { describe, expect, test } from 'vitest';
import { maskRequestUri } from '../../src/graph/masking.ts';
import { createEvent, createFakeContext, createRecord } from './fake-context.ts';

const page =
  <Row>(row: Row) =>
  async () => ({ rows: [row], hasMore: false, end: null, coverage: [] });
const answers = {
  usage: {
    listUsageRecords: page(createRecord({ vendorResource: '/users/bob@example.com?page=1' })),
  },
  events: { listEvents: page(createEvent()) },
};
const QUERY = `{
  usageRecords { nodes { ipAddress requestIP requestURI userName vendorResource elementResource masked userId } }
  events { nodes { ipAddress username description masked action } }
}`;

describe('personal data', () => {
  test('is shown to a caller with pii:read', async () => {
    const { data } = await createFakeContext({
      ...answers,
      scopes: ['usage:read', 'events:read', 'pii:read'],
    }).ask(QUERY);
    expect(data).toEqual({
      usageRecords: {
        nodes: [
          {
            ipAddress: '172.31.28.13',
            requestIP: '172.31.28.13',
            requestURI: '/elements/api-v1/oauth/getRequestToken?email=bob%40example.com',
            userName: 'bob.smith',
            vendorResource: '/users/bob@example.com?page=1',
            elementResource: '/repos',
            masked: [],
            userId: '1',
          },
        ],
      },
      events: {
        nodes: [
          {
            ipAddress: '12.34.56.78',
            username: 'bob.smith',
            description: 'User bob.smith has logged in',
            masked: [],
            action: 'user-login-success',
          },
        ],
      },
    });
  });

  test('is null and listed in masked, without an error, for a caller without pii:read', async () => {
    const { data, errors } = await createFakeContext({
      ...answers,
      scopes: ['usage:read', 'events:read'],
    }).ask(QUERY);
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      usageRecords: {
        nodes: [
          {
            ipAddress: null,
            requestIP: null,
            requestURI: '/elements/api-v1/oauth/getRequestToken',
            userName: null,
            vendorResource: '/users/*',
            elementResource: '/repos',
            masked: ['USERNAME', 'IP_ADDRESS', 'REQUEST_URI'],
            userId: '1',
          },
        ],
      },
      events: {
        nodes: [
          {
            ipAddress: null,
            username: null,
            description: null,
            masked: ['USERNAME', 'IP_ADDRESS', 'DESCRIPTION'],
            action: 'user-login-success',
          },
        ],
      },
    });
  });

  test.each([
    ['/hubs/crm/contacts?email=bob', '/hubs/crm/contacts'],
    ['/hubs/crm/contacts#bob', '/hubs/crm/contacts'],
    ['/hubs/crm/contacts&user=bob', '/hubs/crm/contacts'],
    ['/hubs/crm/contacts/bob%u0040example.com', '/hubs/crm/contacts/*'],
    ['/hubs/crm/contacts/10.0.0.1', '/hubs/crm/contacts/*'],
    ['/hubs/crm/contacts;email=bob/rest', '/hubs/crm/contacts'],
    ['/hubs/crm/contacts%3Femail=bob', '/hubs/crm/contacts'],
    ['/hubs/crm/contacts%253fwhere=bob', '/hubs/crm/contacts'],
    ['/hubs/crm/contacts/bob@example.com/activities', '/hubs/crm/contacts/*/activities'],
    ['/hubs/crm/contacts/bob%40example.com', '/hubs/crm/contacts/*'],
    ['/hubs/crm/contacts/bob%2540example.com?x', '/hubs/crm/contacts/*'],
    ['/hubs/crm/contacts/17', '/hubs/crm/contacts/17'],
    ['https://bob@example.com/hubs', 'https://*/hubs'],
    ['', ''],
  ])('the URI %s is shown as %s', (uri, left) => {
    expect(maskRequestUri({ isAnonymous: false, scopes: new Set() }, uri)).toBe(left);
    expect(maskRequestUri({ isAnonymous: false, scopes: new Set(['pii:read']) }, uri)).toBe(uri);
  });

  test('is listed as masked even if an entry has no such value, so that the list reveals nothing', async () => {
    const bare = createEvent({ ipAddress: null, username: null, description: null });
    const { ask } = createFakeContext({ events: { listEvents: page(bare) }, scopes: ['events:read'] });
    const { data } = await ask('{ events { nodes { masked } } }');
    expect(data).toEqual({ events: { nodes: [{ masked: ['USERNAME', 'IP_ADDRESS', 'DESCRIPTION'] }] } });
  });

  test.each([
    ['usageRecords(filter: { ipAddress: "10.0.0.1" })', 'filter.ipAddress'],
    ['usageRecords(filter: { searchText: "bob" })', 'filter.searchText'],
    ['events(filter: { username: { eq: "bob" } })', 'filter.username'],
    ['events(filter: { username: { isNull: true } })', 'filter.username'],
    ['events(filter: { ipAddress: "10.0.0.1" })', 'filter.ipAddress'],
    ['events(filter: { searchText: "bob" })', 'filter.searchText'],
    ['events(filter: { not: { not: { searchText: "bob" } } })', 'filter.not.not.searchText'],
    ['events(orderBy: [{ field: CATEGORY }, { field: USERNAME }])', 'orderBy'],
  ])('cannot be filtered or sorted by without pii:read: %s', async (field, argument) => {
    const refused = createFakeContext({ scopes: ['usage:read', 'events:read'] });
    const { errors } = await refused.ask(`{ ${field} { nodes { id } } }`);
    expect(errors?.[0]?.message).toContain(`'${argument}' needs the scope pii:read`);
    expect(refused.calls).toEqual([]);

    const allowed = createFakeContext({ scopes: ['usage:read', 'events:read', 'pii:read'] });
    expect((await allowed.ask(`{ ${field} { nodes { id } } }`)).errors).toBeUndefined();
    expect(allowed.calls).toHaveLength(1);
  });
});
