import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { describeWholeness, listCoverage, listOpenLists } from '../../../src/http/mcp/coverage-words.ts';
import { COVERAGE_CODES, COVERAGE_STATUSES } from '../../../src/sources/paging/coverage.ts';

const span = (status: string, code: string | null = null, source = 'USAGE') => ({
  source,
  status,
  code,
  from: '2026-03-04T00:00:00.000Z',
  to: '2026-03-05T00:00:00.000Z',
});
const wordsOf = (...spans: ReturnType<typeof span>[]) => describeWholeness(spans, null, [])!;

test('an answer is all only if every span is COMPLETE', () => {
  expect(wordsOf(span('COMPLETE'), span('COMPLETE', null, 'EVENTS'))).toEqual({
    isAll: true,
    words:
      'This is all. Read whole: USAGE from 2026-03-04T00:00:00.000Z to 2026-03-05T00:00:00.000Z and EVENTS from 2026-03-04T00:00:00.000Z to 2026-03-05T00:00:00.000Z.',
  });
  for (const status of COVERAGE_STATUSES) {
    const { isAll, words } = wordsOf(span('COMPLETE'), span(status, null, 'EVENTS'));
    expect(isAll, status).toBe(status === 'COMPLETE');
    expect(words).toMatch(
      status === 'COMPLETE' ? /^This is all\./ : new RegExp(`^This is not all: .*\\(${status}\\)`),
    );
  }
});

test.each(COVERAGE_CODES)('the code %s is given as a reason in words', (code) => {
  const { words } = wordsOf(span('TRUNCATED', code));
  expect(words).toContain(', because ');
  expect(words).not.toContain(code);
});

test('spans that miss something for the same reason are one sentence', () => {
  const { words } = wordsOf(span('FILLING'), span('FILLING', null, 'EVENTS'), span('FAILED', 'UPSTREAM'));
  expect(words.match(/\(FILLING\)/g)).toHaveLength(1);
  expect(words).toContain('does not prove that nothing happened');
});

test('a list that goes on is not all, although everything was read that is shown', () => {
  const cut = { shown: 20, of: 37, isForSize: true };
  expect(describeWholeness([span('COMPLETE')], cut, [])).toEqual({
    isAll: false,
    words:
      "This is not all: 20 of 37 are shown, because an answer has a largest size. Call the tool again with 'after' to go on.",
  });
});

test('a field that has failed is named', () => {
  const error = new GraphQLError('This needs the scope usage:read.', { path: ['node', 'relatedUsage'] });
  expect(describeWholeness([], null, [error])).toEqual({
    isAll: false,
    words: "This is not all: 'node.relatedUsage' could not be read: This needs the scope usage:read.",
  });
});

test('a list inside that goes on is named', () => {
  const data = {
    node: { related: { edges: [], pageInfo: { hasNextPage: true } } },
    a: { pageInfo: { hasNextPage: false } },
  };
  expect(listOpenLists(data)).toEqual(['node.related']);
  expect(describeWholeness([span('COMPLETE')], null, [], listOpenLists(data))).toEqual({
    isAll: false,
    words: "This is not all: Further entries of 'node.related' are not shown.",
  });
});

test('an answer that is no list has no words', () => {
  expect(describeWholeness(listCoverage({ service: { version: '1' } }), null, [])).toBeNull();
});

test('coverage is found at every depth', () => {
  const data = {
    a: { coverage: [span('COMPLETE')], previous: { coverage: [span('FAILED')] } },
    b: [{ coverage: [] }],
  };
  expect(listCoverage(data).map(({ status }) => status)).toEqual(['COMPLETE', 'FAILED']);
});
