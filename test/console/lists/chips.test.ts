import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CALL_KEYS, readCallFilter } from '../../../src/console/lists/call-filter.ts';
import {
  addChip,
  clearChips,
  findFaults,
  keyOf,
  readChips,
  readTyped,
  removeChip,
  suggest,
} from '../../../src/console/lists/chips.ts';
import { EVENT_KEYS, findExclusionFault, readEventFilter } from '../../../src/console/lists/event-filter.ts';
import { readTimelineFilter, TIMELINE_KEYS } from '../../../src/console/lists/timeline-filter.ts';
import { parseSearch, writeSearch } from '../../../src/console/state/search.ts';
import type { Search } from '../../../src/console/state/search.ts';

const ALL = new Set(['pii:read']);
const word = fc.string({ minLength: 1, maxLength: 12 }).filter((each) => each.trim() === each);
const key = fc.constantFrom('element', 'api', 'tag', 'user');
const chip = fc.record({ key, value: word });

const add = (search: Search, line: string): Search => {
  const read = readTyped(CALL_KEYS, line);
  return read.kind === 'chip' ? { ...search, ...addChip(CALL_KEYS, search, read.chip) } : search;
};

describe('chips and the address', () => {
  test('what is typed comes back from the address, whatever characters it has', () => {
    fc.assert(
      fc.property(fc.array(chip, { maxLength: 6 }), (chips) => {
        const search = chips.reduce<Search>((before, each) => add(before, `${each.key}:${each.value}`), {});
        const again = parseSearch(writeSearch(search));
        const asked = new Set(chips.map((each) => JSON.stringify([each.key, each.value])));
        expect(
          new Set(readChips(CALL_KEYS, again).map((each) => JSON.stringify([each.key, each.value]))),
        ).toEqual(asked);
      }),
    );
  });

  test.each([
    ['address:12.34.56.78', { key: 'ip', value: '12.34.56.78' }],
    ['Response status:500', { key: 'code', value: '500' }],
    ['12:30', { key: 'q', value: '12:30' }],
    ['Error: no answer', { key: 'q', value: 'Error: no answer' }],
    ['https://example.com', { key: 'q', value: 'https://example.com' }],
  ])('a key may be written as its label, and a text with a colon stays one: %s', (line, meant) => {
    expect(readTyped(CALL_KEYS, line)).toEqual({ kind: 'chip', chip: meant });
  });

  test('a key that there is not is no text, because as one it would find nothing', () => {
    expect(readTyped(CALL_KEYS, 'adress:12.34.56.78')).toMatchObject({
      kind: 'fault',
      words: expect.stringContaining("'adress' is no key.") as string,
    });
    expect(readTyped(CALL_KEYS, 'q:adress:12.34.56.78')).toMatchObject({
      chip: { key: 'q', value: 'adress:12.34.56.78' },
    });
  });

  test('a chip that is added and removed leaves the others as they were', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(chip, { maxLength: 5, selector: (each) => each.key + each.value }),
        (chips) => {
          const [first, ...others] = chips;
          if (!first) return;
          const before = others.reduce<Search>(
            (search, each) => Object.assign(search, addChip(CALL_KEYS, search, each)),
            {},
          );
          const added = { ...before, ...addChip(CALL_KEYS, before, first) };
          const removed = { ...added, ...removeChip(added, first) };
          expect(writeSearch(removed)).toBe(writeSearch(before));
        },
      ),
    );
  });

  test('a key with one value only replaces it', () => {
    const search = add(add({}, 'status:failed'), 'status:success');
    expect(readChips(CALL_KEYS, search)).toEqual([{ key: 'status', value: 'success' }]);
  });

  test('keys that are no filters are left alone', () => {
    const search = { last: 'P1D', status: 'failed', open: 'x' };
    expect(readChips(CALL_KEYS, search)).toEqual([{ key: 'status', value: 'failed' }]);
    expect(writeSearch({ ...search, ...clearChips(CALL_KEYS) })).toBe('?last=P1D&open=x');
  });
});

describe('a typed line', () => {
  test('words without a key are text', () => {
    expect(readTyped(CALL_KEYS, ' time out ')).toEqual({
      kind: 'chip',
      chip: { key: 'q', value: 'time out' },
    });
  });
  test('a minus excludes', () => {
    expect(readTyped(EVENT_KEYS, '-action:user-logout')).toEqual({
      kind: 'chip',
      chip: { key: 'not', value: 'action:user-logout' },
    });
  });
  test.each([
    ['status:late', 'failed or success'],
    ['ip:home', 'an address'],
    ['code:many', '404'],
  ])('%s is refused, and what is right is named', (line, words) => {
    expect(readTyped(CALL_KEYS, line)).toMatchObject({
      kind: 'fault',
      words: expect.stringContaining(words),
    });
  });
  test('a list without a key for text names its keys', () => {
    expect(readTyped(TIMELINE_KEYS, 'hello')).toMatchObject({
      kind: 'fault',
      words: expect.stringContaining('ip, user, source'),
    });
  });
});

describe('suggestions', () => {
  test('keys come first, then the values of the key', () => {
    expect(suggest(CALL_KEYS, 'st', []).map(({ line }) => line)).toEqual(['status:']);
    expect(suggest(CALL_KEYS, 'status:f', []).map(({ line }) => line)).toEqual(['status:failed']);
    expect(suggest(CALL_KEYS, 'element:s', [{ value: 'sfdc', count: 3 }])).toEqual([
      { line: 'element:sfdc', label: 'sfdc', hint: '3' },
    ]);
  });
  test('a value alone is enough, because as a text it would find other rows', () => {
    expect(suggest(CALL_KEYS, 'fail', []).map(({ line }) => line)).toEqual(['status:failed']);
    expect(readTyped(CALL_KEYS, 'Failed')).toEqual({
      kind: 'chip',
      chip: { key: 'status', value: 'failed' },
    });
    expect(readTyped(CALL_KEYS, '5xx')).toEqual({ kind: 'chip', chip: { key: 'code', value: '5xx' } });
    expect(readTyped(CALL_KEYS, 'failed calls')).toMatchObject({ chip: { key: 'q' } });
  });
  test.each(['45.67.89.178', '10.0.0.0/8', '2001:db8::1', '::1', '2001:db8:0:0:0:0:0:1'])(
    'an address alone, such as %s, is enough in each list',
    (address) => {
      for (const keys of [CALL_KEYS, EVENT_KEYS, TIMELINE_KEYS])
        expect(readTyped(keys, ` ${address} `)).toEqual({
          kind: 'chip',
          chip: { key: 'ip', value: address },
        });
    },
  );
  test.each(['12:30', 'abc:', '1.2.3', 'face'])('%s is no address, so it is a text', (line) => {
    expect(readTyped(EVENT_KEYS, line)).toEqual({ kind: 'chip', chip: { key: 'q', value: line } });
  });
  test('an excluded condition gets the values of its own key', () => {
    expect(keyOf(EVENT_KEYS, '-action:u')?.key).toBe('action');
    expect(keyOf(EVENT_KEYS, 'not:action:u')?.key).toBe('action');
    expect(suggest(EVENT_KEYS, '-action:', [{ value: 'user-logout', count: 1 }])[0]?.line).toBe(
      '-action:user-logout',
    );
  });
});

describe('faults of an address', () => {
  test('each bad condition is named, and good ones are not', () => {
    const search = { status: 'late', ip: '10.0.0.0/8', code: '5xx', hub: ['a', 'b'] };
    expect(findFaults(CALL_KEYS, search, ALL).map(({ chip: each }) => each.key)).toEqual([
      'status',
      'hub',
      'hub',
    ]);
  });
  test('a condition that needs a scope names it', () => {
    expect(findFaults(CALL_KEYS, { ip: '10.0.0.1' }, new Set())[0]?.words).toContain('pii:read');
  });
});

describe("the graph's filters", () => {
  test('each key of calls has its own place', () => {
    const search = parseSearch(
      '?status=failed&element=a&element=b&api=c&user=1&account=2&instance=3&ip=10.0.0.1&tag=t&hub=crm&code=5xx&time=500..&q=x',
    );
    expect(readCallFilter(search)).toEqual({
      status: 'FAILED',
      elementKeys: ['a', 'b'],
      elementApis: ['c'],
      userIds: ['1'],
      accountIds: ['2'],
      instanceIds: ['3'],
      ipAddress: '10.0.0.1',
      tags: ['t'],
      hub: 'crm',
      responseStatus: { gte: 500, lt: 600 },
      processTime: { gte: 500 },
      searchText: 'x',
    });
    expect(readCallFilter({})).toEqual({});
  });
  test('each key of events has its own place', () => {
    const search = parseSearch('?category=a&action=b&action=c&user=u&ip=10.0.0.1&q=x&not=user:v&not=user:w');
    expect(readEventFilter(search)).toEqual({
      category: { eq: 'a' },
      action: { in: ['b', 'c'] },
      username: { eq: 'u' },
      ipAddress: '10.0.0.1',
      searchText: 'x',
      not: { username: { in: ['v', 'w'] } },
    });
  });
  test('two excluded keys are refused, because the graph excludes what meets both', () => {
    expect(findExclusionFault({ not: ['user:v', 'action:w'] })).toContain('user and action');
    expect(findExclusionFault({ not: ['user:v', 'user:w'] })).toBeNull();
  });
  test('a user leaves calls out of the timeline, and an address does not', () => {
    expect(readTimelineFilter({ user: 'bob' })).toEqual({
      sources: ['EVENTS'],
      events: { username: { eq: 'bob' } },
    });
    expect(readTimelineFilter({ ip: '10.0.0.1', status: 'failed' })).toEqual({
      ipAddress: '10.0.0.1',
      usage: { status: 'FAILED' },
    });
  });
});
