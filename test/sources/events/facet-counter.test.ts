import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFacetCounter, EVENT_FACETS, withoutFacet } from '../../../src/sources/events/facets.ts';
import type { EventFilter } from '../../../src/sources/events/filter.ts';
import { createEvent } from '../../graph/fake-context.ts';

const eventArbitrary = fc.record({
  category: fc.constantFrom('a', 'b', 'c'),
  action: fc.constantFrom('x', 'y'),
  username: fc.option(fc.constantFrom('bob', 'ada', '')),
  ipAddress: fc.option(fc.constantFrom('10.0.0.1', '12.34.56.78')),
});

test('every row that matches is counted once, under its value or as missing', () => {
  fc.assert(
    fc.property(fc.array(eventArbitrary), fc.constantFrom(...EVENT_FACETS), (facts, facet) => {
      const rows = facts.map((fact) => createEvent(fact));
      const counter = createFacetCounter(facet, ({ action }) => action === 'x');
      for (const row of rows) counter.add(row);
      const { values, missing } = counter.counts();
      const matching = rows.filter(({ action }) => action === 'x');
      expect(missing).toBe(matching.filter((row) => row[facet] === null).length);
      for (const { value, count } of values) {
        expect(count).toBe(matching.filter((row) => row[facet] === value).length);
      }
      expect(values.reduce((sum, { count }) => sum + count, missing)).toBe(matching.length);
    }),
  );
});

test('the most frequent value comes first, and of equal counts the lower by code unit', () => {
  const counter = createFacetCounter('username', () => true);
  for (const username of ['b', 'Z', 'a', 'b', 'ä', 'Z', 'c', 'c', 'c'])
    counter.add(createEvent({ username }));
  expect(counter.counts().values.map(({ value }) => value)).toEqual(['c', 'Z', 'b', 'a', 'ä']);
});

test('a facet ignores only the part of the filter about its own field', () => {
  const filter: EventFilter = {
    category: { eq: 'a' },
    action: { eq: 'x' },
    username: { isNull: false },
    ipAddress: '10.0.0.0/8',
    searchText: 'in',
    not: { category: { eq: 'b' } },
  };
  for (const facet of EVENT_FACETS) {
    const others: Partial<EventFilter> = { ...filter };
    delete (others as Record<string, unknown>)[facet];
    expect(withoutFacet(filter, facet)).toEqual(others);
  }
});
