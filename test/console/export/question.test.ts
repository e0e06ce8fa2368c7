import { describe, expect, test } from 'vitest';
import { nameFile } from '../../../src/console/export/question.ts';

const name = (filter: object): string =>
  nameFile({
    list: 'events',
    format: 'csv',
    range: { from: '2026-10-01T00:00:00.000Z', to: '2026-11-01T00:00:00.000Z' },
    filter,
  });

describe('the name of an exported file', () => {
  test('says the list, the filter and the range', () => {
    expect(name({})).toBe('events-20261001T0000Z-20261101T0000Z.csv');
    expect(name({ category: { eq: 'role' } })).toBe('events-category-role-20261001T0000Z-20261101T0000Z.csv');
    expect(name({ action: { in: ['a', 'b'] }, not: { username: { eq: 'c' } } })).toMatch(
      /^events-action-a-b-not-username-c-2026/,
    );
    expect(name({ responseStatus: { gte: 500, lt: 600 } })).toMatch(/^events-responseStatus-gte-500-lt-600-/);
  });

  test('has only characters that every system takes, and a bounded length', () => {
    expect(name({ searchText: '../../etc: "a" <b>|?*\u0000' })).toMatch(/^events-searchText-[\w.-]+$/);
    expect(name({ searchText: '../../etc' })).not.toContain('/');
    expect(
      name({ action: { in: Array.from({ length: 500 }, (_, at) => `action${at}`) } }).length,
    ).toBeLessThan(120);
    expect(name({ ipAddress: '2001:db8::1/64' })).toMatch(/^events-ipAddress-2001-db8-1-64-2026/);
  });
});
