import { describe, expect, test } from 'vitest';
import { readContract, VENDORS } from './vendor-contract.ts';
import type { Contract, Parameter } from './vendor-contract.ts';

const resolve = (contract: Contract, parameter: Parameter | { readonly $ref: string }): Parameter => {
  if (!('$ref' in parameter)) return parameter;
  const found = contract.components.parameters?.[parameter.$ref.split('/').at(-1) ?? ''];
  if (!found) throw new Error(`${parameter.$ref} leads nowhere`);
  return found;
};

/** `name*` for a required parameter, with its default and bounds. */
function describeParameter({ name, required, schema }: Parameter): string {
  const { default: fallback, minimum, maximum } = schema;
  const bounds = minimum === undefined ? '' : ` ${minimum}..${maximum ?? ''}`;
  return `${name}${required ? '*' : ''}${bounds}${fallback === undefined ? '' : ` = ${JSON.stringify(fallback)}`}`;
}

const RANGE = ['from*', 'to*', 'interval'];
const REFUSALS = ['400', '401', '403', '404', '405', '406', '409', '415', '500'];

const CALLS = [
  {
    vendor: 'usage',
    path: '/usage',
    operationId: 'listUsageRecords',
    parameters: [
      'hub',
      'keys[]',
      'tags[]',
      'status',
      'from',
      'to',
      'searchText',
      'pageOffset 0.. = 0',
      'pageSize 1.. = 100',
      'nextPage',
    ],
  },
  { vendor: 'usage', path: '/usage/{id}', operationId: 'getUsageRecord', parameters: ['id*'] },
  { vendor: 'usage', path: '/usage/analytics/activity', operationId: 'getUsageActivity', parameters: RANGE },
  {
    vendor: 'usage',
    path: '/usage/analytics/activity/elements',
    operationId: 'getUsageElementActivity',
    parameters: RANGE,
  },
  { vendor: 'usage', path: '/usage/analytics/times', operationId: 'getUsageTimes', parameters: RANGE },
  { vendor: 'usage', path: '/usage/analytics/statuses', operationId: 'getUsageStatuses', parameters: RANGE },
  {
    vendor: 'events',
    path: '/events',
    operationId: 'listEvents',
    parameters: [
      'page* 1..',
      'pageSize* 1..1000',
      'sort',
      'fields',
      'category',
      'action',
      'createdFrom*',
      'createdTo*',
    ],
  },
] as const;

describe.each(CALLS)('$vendor $path', ({ vendor, path, operationId, parameters }) => {
  const contract = readContract(vendor);
  const operation = contract.paths[path]?.['get'];

  test('has every parameter of the vendor page, its default and its bounds', () => {
    expect(operation?.operationId).toBe(operationId);
    const said = (operation?.parameters ?? []).map((parameter) =>
      describeParameter(resolve(contract, parameter)),
    );
    expect(said).toEqual(parameters);
  });

  test('has every status of the vendor page', () => {
    expect(Object.keys(operation?.responses ?? {})).toEqual(['200', ...REFUSALS]);
  });
});

test('the contracts have every call of the vendor pages and no others', () => {
  const calls = VENDORS.flatMap((vendor) =>
    Object.entries(readContract(vendor).paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${vendor} ${method} ${path}`),
    ),
  );
  const documented = CALLS.map(({ vendor, path }) => `${vendor} get ${path}`);
  expect(calls.toSorted()).toEqual([...documented, 'events post /authenticate'].toSorted());
});

test('the servers are those of the vendor pages', () => {
  expect(readContract('usage').servers[0]?.url).toBe('https://api.cloud-elements.com/elements/api-v2');
  expect(readContract('events').servers[0]?.url).toBe('https://rest.elevatebilling.com/v1');
});

test('intervals are those of the vendor page', () => {
  const interval = readContract('usage').components.parameters?.['Interval'];
  expect(interval?.schema.enum).toEqual([
    'year',
    'quarter',
    'month',
    'week',
    'day',
    'hour',
    'minute',
    'second',
  ]);
});

const FIELDS = [
  {
    vendor: 'usage',
    schema: 'CamelCaseUsageRecord',
    fields: `id requestStatus elementName elementKey accountId instanceName usageDate userId processTime requestURI requestIP
      elementTags elementApi companyId`,
  },
  {
    vendor: 'usage',
    schema: 'SnakeCaseUsageRecord',
    fields: `traffic_id traffic_date request_status element_name element_key element_api element_tag instance_tags
      instance_name request_uri request_ip process_time user_id account_id company_id request_id request_method
      response_status vendor_process_time platform_process_time vendor_request_method vendor_resource element_resource
      instance_id provision_name user_name account_name company_name company_external_id company_external_name headers`,
  },
  { vendor: 'usage', schema: 'ActivityBucket', fields: 'timestamp count' },
  { vendor: 'usage', schema: 'ElementActivityBucket', fields: 'timestamp count' },
  { vendor: 'usage', schema: 'TimesBucket', fields: 'timestamp count min max avg' },
  { vendor: 'usage', schema: 'StatusesBucket', fields: 'timestamp count failed success' },
  { vendor: 'usage', schema: 'UsageError', fields: 'requestId message providerMessage' },
  {
    vendor: 'events',
    schema: 'Event',
    fields: 'id timestamp category action description username ipAddress',
  },
  { vendor: 'events', schema: 'EventsError', fields: 'error message' },
] as const;

test.each(FIELDS)(
  '$vendor $schema has every field that the vendor is known to send',
  ({ vendor, schema, fields }) => {
    const { properties = {} } = readContract(vendor).components.schemas[schema] as { properties?: object };
    expect(Object.keys(properties).toSorted()).toEqual(fields.split(/\s+/).toSorted());
  },
);

test('every x-doubt has a text and a confidence', () => {
  const doubts: unknown[] = [];
  const collect = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('x-doubt' in node) doubts.push(...(node['x-doubt'] as unknown[]));
    for (const part of Object.values(node)) collect(part);
  };
  for (const vendor of VENDORS) collect(readContract(vendor));
  expect(doubts.length).toBeGreaterThan(20);
  for (const doubt of doubts) {
    expect(doubt).toEqual({
      text: expect.stringMatching(/\.$/),
      confidence: expect.stringMatching(/^[HML]$/),
    });
  }
});
