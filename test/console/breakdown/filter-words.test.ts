import { expect, test } from 'vitest';
import { writeFiltered } from '../../../src/console/pages/breakdown/filter-words.ts';

test.each([
  ['calls', {}, 'calls'],
  ['calls', { last: 'P7D', by: 'element' }, 'calls'],
  ['calls', { status: 'failed' }, 'failed calls'],
  ['calls', { status: 'success', element: ['sfdc', 'box'] }, 'successful calls with element sfdc or box'],
  ['calls', { api: 'contacts', code: '5xx' }, 'calls with API contacts and response status 5xx'],
  ['events', { category: 'role', status: 'failed' }, 'events with category role'],
  ['events', { not: ['ip:10.0.0.1'] }, 'events without ip:10.0.0.1'],
] as const)('%s with the filter %j are named %s', (source, search, words) => {
  expect(writeFiltered(source, search)).toBe(words);
});
