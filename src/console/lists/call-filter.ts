import type { UsageDimension, UsageRecordFilter } from '../generated/graphql.ts';
import { all, one } from '../state/search.ts';
import type { Search } from '../state/search.ts';
import { oneOf, readAddress, text } from './chips.ts';
import type { FilterKey } from './chips.ts';
import { readIntRange, writeIntRange } from './int-range.ts';

export const STATUSES = ['failed', 'success'] as const;

const readRange = (value: string): string | null => {
  const range = readIntRange(value);
  return range && writeIntRange(range);
};

/** What the list of calls can be filtered by. */
export const CALL_KEYS: readonly FilterKey[] = [
  {
    key: 'status',
    label: 'Status',
    hint: 'failed or success',
    isMany: false,
    read: oneOf(STATUSES),
    values: STATUSES,
  },
  { key: 'element', label: 'Element', hint: 'the key of an element', isMany: true, read: text },
  { key: 'api', label: 'API', hint: 'an operation of an element', isMany: true, read: text },
  { key: 'user', label: 'User', hint: 'the id of a user', isMany: true, read: text },
  { key: 'account', label: 'Account', hint: 'the id of an account', isMany: true, read: text },
  { key: 'instance', label: 'Instance', hint: 'the id of an element instance', isMany: true, read: text },
  {
    key: 'ip',
    label: 'Address',
    hint: 'an address or a block such as 10.0.0.0/8',
    isMany: false,
    read: readAddress,
    needs: 'pii:read',
  },
  { key: 'tag', label: 'Tag', hint: 'a tag', isMany: true, read: text },
  { key: 'hub', label: 'Hub', hint: 'the name of a hub, such as crm', isMany: false, read: text },
  {
    key: 'code',
    label: 'Response status',
    hint: '404, 5xx or 400..499',
    isMany: false,
    read: readRange,
    values: ['2xx', '4xx', '5xx'],
  },
  {
    key: 'time',
    label: 'Process time',
    hint: 'milliseconds: 500.., ..200 or 500..2000',
    isMany: false,
    read: readRange,
    values: ['500..', '1000..', '5000..'],
  },
  {
    key: 'q',
    label: 'Text',
    hint: 'text that the vendor looks for',
    isMany: false,
    read: text,
    needs: 'pii:read',
  },
];

/** The dimension that counts the values of a key. */
export const CALL_DIMENSIONS: Readonly<Record<string, UsageDimension>> = {
  status: 'STATUS',
  element: 'ELEMENT',
  api: 'API',
  user: 'USER',
  account: 'ACCOUNT',
  instance: 'INSTANCE',
  ip: 'IP_ADDRESS',
  tag: 'TAG',
  code: 'RESPONSE_STATUS',
};

/** The graph's filter of an address whose conditions have no faults. */
export function readCallFilter(search: Search): UsageRecordFilter {
  const list = (key: string) => (all(search, key).length > 0 ? [...all(search, key)] : undefined);
  const range = (key: string) => readIntRange(one(search, key) ?? '') ?? undefined;
  const status = one(search, 'status');
  return prune({
    status: status === undefined ? undefined : status === 'failed' ? 'FAILED' : 'SUCCESS',
    elementKeys: list('element'),
    elementApis: list('api'),
    userIds: list('user'),
    accountIds: list('account'),
    instanceIds: list('instance'),
    ipAddress: one(search, 'ip'),
    tags: list('tag'),
    hub: one(search, 'hub'),
    responseStatus: range('code'),
    processTime: range('time'),
    searchText: one(search, 'q'),
  });
}

/** Leaves out what is undefined, because an argument that is given must have a value. */
export function prune<Fields extends object>(fields: {
  readonly [Name in keyof Fields]: Fields[Name] | undefined;
}): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}
