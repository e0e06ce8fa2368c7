import { describe, expect, test } from 'vitest';
import { testedFields, splitEventFilter } from '../../../src/sources/events/filter.ts';
import type { EventFilter } from '../../../src/sources/events/filter.ts';

const values = (count: number): string[] => Array.from({ length: count }, (_, at) => `v${at}`);

describe('the split of a filter', () => {
  test.each<[EventFilter, [string, string][], boolean]>([
    [{}, [], false],
    [{ category: { eq: 'a-B_9' } }, [['category', 'a-B_9']], false],
    [{ action: { in: ['a'] } }, [['action', 'a']], false],
    [{ action: { in: ['a', 'b', 'a', ''] } }, [['action', 'in:a,b']], false],
    // The vendor's rows may hold values outside of its grammar, so a scan finds them.
    [{ action: { in: ['a', 'no way'] } }, [], true],
    [{ action: { eq: 'billing.run' } }, [], true],
    [{ action: { eq: 'in:a' } }, [], true],
    [{ action: { eq: 'a'.repeat(101) } }, [], true],
    [{ action: { contains: '%' } }, [], true],
    [{ category: { startsWith: 'a,b' } }, [], true],
    [{ category: { eq: 'a' }, action: { eq: 'like:x' } }, [['category', 'a']], true],
    [{ action: { in: values(50) } }, [['action', `in:${values(50).join(',')}`]], false],
    [{ action: { in: values(51) } }, [], true],
    [{ action: { contains: 'log' } }, [['action', 'like:%log%']], false],
    [{ action: { contains: 'a_b' } }, [['action', 'like:%a_b%']], true],
    [{ action: { startsWith: 'log' } }, [['action', 'like:%log%']], true],
    [{ action: { contains: '' } }, [], false],
    [{ action: { startsWith: '' } }, [], false],
    [{ action: { isNull: false } }, [], false],
    [
      { category: { eq: 'a' }, action: { startsWith: 'b' } },
      [
        ['category', 'a'],
        ['action', 'like:%b%'],
      ],
      true,
    ],
    [{ username: { eq: 'a' } }, [], true],
    [{ username: { isNull: true } }, [], true],
    [{ ipAddress: '10.0.0.1' }, [], true],
    [{ searchText: '' }, [], true],
    [{ not: { category: { eq: 'a' } } }, [], true],
    [{ not: {} }, [], false],
    [{ category: { eq: 'a' }, username: { in: ['b'] } }, [['category', 'a']], true],
  ])('%j sends %j and scans: %s', (filter, parameters, isScan) => {
    expect(splitEventFilter(filter)).toMatchObject({ kind: 'read', parameters, isScan });
  });

  test.each<[EventFilter]>([
    [{ category: { isNull: true } }],
    [{ action: { eq: '' } }],
    [{ action: { in: [] } }],
    [{ action: { in: [''] } }],
    [{ username: { in: [] } }],
  ])('%j is known to match nothing', (filter) => {
    expect(splitEventFilter(filter)).toEqual({ kind: 'nothing' });
  });

  test('is not emptied by an empty list inside its not', () => {
    expect(splitEventFilter({ not: { username: { in: [] } } })).toMatchObject({ kind: 'read', isScan: true });
  });

  test('requests the fields that its test reads, including those of its not', () => {
    expect(testedFields({})).toEqual([]);
    expect(testedFields({ category: { eq: 'a' } })).toEqual([]);
    const filter: EventFilter = {
      username: { eq: 'a' },
      not: { ipAddress: '10.0.0.1', not: { searchText: 'x' } },
    };
    expect(new Set(testedFields(filter))).toEqual(new Set(['username', 'ipAddress', 'description']));
    expect(splitEventFilter(filter)).toMatchObject({ fields: testedFields(filter) });
  });
});
