import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { RequestError } from '../../../src/base/errors.ts';
import { Secret } from '../../../src/base/secret.ts';
import { digestQuery } from '../../../src/graph/paging/cursor.ts';
import { createLiveCursors } from '../../../src/graph/paging/live-cursor.ts';
import type { SeenPart } from '../../../src/sources/live/feed.ts';
import { seenBefore, seenUpTo } from '../../../src/sources/live/seen-rows.ts';

const NOW_MS = Date.parse('2026-03-04T12:00:00Z');
const cursors = createLiveCursors(new Secret('a secret of the tests'));
const query = digestQuery('activity', { filter: {}, binding: 'ops' }).digest;
const parts: readonly SeenPart[] = [
  { source: 'USAGE', seen: { ...seenBefore(NOW_MS), listed: new Set([1, 2]) }, absent: new Set([3]) },
  { source: 'EVENTS', seen: seenUpTo({ source: 'EVENTS', timestampMs: NOW_MS, id: '7' }), absent: new Set() },
];

const codeOf = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    return error instanceof RequestError ? [error.code, error.details['argument']] : error;
  }
};
const INVALID = ['CURSOR_INVALID', 'resumeFrom'];

test('every instance with the secret reads what was seen of each source', () => {
  const other = createLiveCursors(new Secret('a secret of the tests'));
  const opened = other.open(cursors.seal(query, parts), query, 'resumeFrom');
  expect([...(opened.get('USAGE')?.listed ?? [])].toSorted()).toEqual([1, 2, 3]);
  expect(opened.get('EVENTS')?.position).toEqual({ source: 'EVENTS', timestampMs: NOW_MS, id: '7' });
});

test('a cursor of another secret, filter or caller is refused', () => {
  const text = cursors.seal(query, parts);
  const other = createLiveCursors(new Secret('another secret of the tests'));
  expect(codeOf(() => other.open(text, query, 'resumeFrom'))).toEqual(INVALID);
  for (const args of [
    { filter: { sources: ['USAGE'] }, binding: 'ops' },
    { filter: {}, binding: 'dev' },
  ]) {
    const { digest } = digestQuery('activity', args);
    expect(codeOf(() => cursors.open(text, digest, 'resumeFrom'))).toEqual(INVALID);
  }
});

test('a text that was changed or made up is refused', () => {
  const text = cursors.seal(query, parts);
  fc.assert(
    fc.property(fc.nat({ max: text.length - 1 }), fc.constantFrom('A', 'b', '_', '.', ' '), (at, letter) => {
      fc.pre(text[at] !== letter);
      const changed = text.slice(0, at) + letter + text.slice(at + 1);
      // The last letter may have bits that no byte takes.
      if (at === text.length - 1) return;
      expect(codeOf(() => cursors.open(changed, query, 'resumeFrom'))).toEqual(INVALID);
    }),
  );
  for (const made of ['', 'live.', 'live.AAAA', `live.${'A'.repeat(100_000)}`])
    expect(codeOf(() => cursors.open(made, query, 'resumeFrom'))).toEqual(INVALID);
});
