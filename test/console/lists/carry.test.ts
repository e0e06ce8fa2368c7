import { describe, expect, test } from 'vitest';
import { carry, writeConditions } from '../../../src/console/lists/carry.ts';

describe('what goes along from page to page', () => {
  test('the range goes along, and neither an open entry nor columns', () => {
    const search = { last: 'P7D', tz: 'UTC', open: 'x', cols: 'time' };
    expect(carry('/log', '/events', search, {})).toEqual({ search: { last: 'P7D', tz: 'UTC' }, aside: {} });
  });

  test('conditions go along that the other page understands, and the others are set aside', () => {
    const search = { ip: '10.0.0.1', status: 'failed', tag: ['a', 'b'] };
    expect(carry('/log', '/events', search, {})).toEqual({
      search: { ip: '10.0.0.1' },
      aside: { 'calls status': ['failed'], 'calls tag': ['a', 'b'] },
    });
    expect(carry('/log', '/timeline', search, {})).toEqual({
      search: { ip: '10.0.0.1', status: 'failed' },
      aside: { 'calls tag': ['a', 'b'] },
    });
  });

  test('a user of calls is an id and one of events a name, so that neither is taken for the other', () => {
    expect(carry('/log', '/events', { user: '1024' }, {})).toEqual({
      search: {},
      aside: { 'calls user': ['1024'] },
    });
    expect(carry('/events', '/timeline', { user: 'bob' }, {}).search).toEqual({ user: 'bob' });
    expect(carry('/timeline', '/log', { user: 'bob' }, {})).toEqual({
      search: {},
      aside: { 'events user': ['bob'] },
    });
  });

  test.each(['/', '/events'])('who comes back by way of %s finds the conditions of the list again', (by) => {
    const search = { status: 'failed', element: ['sfdc', 'box'], ip: '10.0.0.1' };
    const away = carry('/log', by, search, {});
    expect(carry(by, '/log', away.search, away.aside)).toEqual({ search, aside: {} });
  });

  test('a condition that was removed meanwhile does not come back', () => {
    const away = carry('/log', '/events', { ip: '10.0.0.1', status: 'failed' }, {});
    expect(carry('/events', '/log', {}, away.aside).search).toEqual({ status: 'failed' });
  });

  test('the list of events leads to the break-down of events, and that one back', () => {
    const there = carry('/events', '/breakdown', { action: 'user-locked-out' }, {});
    expect(there).toEqual({ search: { of: 'events', action: 'user-locked-out' }, aside: {} });
    expect(carry('/breakdown', '/events', there.search, there.aside).search).toEqual({
      action: 'user-locked-out',
    });
    expect(carry('/breakdown', '/log', there.search, there.aside).search).toEqual({});
  });

  test('words name each condition with what it is of', () => {
    expect(writeConditions({ ip: ['10.0.0.1'], 'calls element': ['sfdc', 'box'] })).toBe(
      'ip: 10.0.0.1, element: sfdc or box (calls)',
    );
    expect(writeConditions({})).toBe('');
  });
});
