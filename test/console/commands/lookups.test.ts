import { describe, expect, test } from 'vitest';
import { findLookups } from '../../../src/console/commands/lookups.ts';

const ALL = new Set(['usage:read', 'events:read', 'pii:read']);
const found = (typed: string, scopes: ReadonlySet<string> = ALL) =>
  findLookups(typed, scopes).map(({ label, to, search }) => [label, to, search]);

describe('what a typed address or user leads to', () => {
  test.each(['203.0.113.7', '10.0.0.0/8', '2001:db8::1'])(
    '%s leads to its timeline, calls and events',
    (ip) => {
      expect(found(` ${ip} `)).toEqual([
        [`Timeline of ${ip}`, '/timeline', { ip }],
        [`Calls from ${ip}`, '/log', { ip }],
        [`Events from ${ip}`, '/events', { ip }],
      ]);
    },
  );

  test.each(['bob.smith', 'zoë@example.com', 'billing-sync'])(
    'the name %s leads to its timeline and events',
    (user) => {
      expect(found(user)).toEqual([
        [`Timeline of the user ${user}`, '/timeline', { user }],
        [`Events of the user ${user}`, '/events', { user }],
      ]);
    },
  );

  test('the id of a user leads to its calls', () => {
    expect(found('1024')).toEqual([['Calls of the user with the id 1024', '/log', { user: '1024' }]]);
  });

  test('a list is offered only to those who may read it and use its condition', () => {
    expect(found('203.0.113.7', new Set(['usage:read', 'events:read']))).toEqual([]);
    expect(found('203.0.113.7', new Set(['events:read', 'pii:read'])).map(([, to]) => to)).toEqual([
      '/timeline',
      '/events',
    ]);
    expect(found('bob.smith', new Set(['usage:read', 'pii:read']))).toEqual([]);
    expect(found('1024', new Set(['usage:read']))).toHaveLength(1);
  });

  test.each(['', 'x', 'go to calls', '12:30', '%%'])('the text %j leads nowhere', (text) => {
    expect(found(text)).toEqual([]);
  });
});
