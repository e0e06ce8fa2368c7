import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_FRESH, NOTHING_FRESH, showFresh, takeFresh } from '../../../src/console/lists/fresh-rows.ts';
import { dropResumed, mergeCoverage } from '../../../src/console/lists/merge-coverage.ts';
import { writeCurl, writeJson } from '../../../src/console/lists/request.ts';
import { tellStory } from '../../../src/console/lists/story.ts';
import type { CoverageFieldsFragment as CoverageEntry } from '../../../src/console/generated/graphql.ts';

const at = (ms: number): string => new Date(ms).toISOString();
const row = (id: number, ms: number, kind = 'a') => ({ id: `${id}`, timestamp: at(ms), kind });

describe('a story', () => {
  const options = {
    likeness: ({ kind }: { kind: string }) => kind,
    quiet: 60_000,
    opened: new Set<string>(),
  };
  test('three equal entries in a row are one line, and a quiet time is one', () => {
    const rows = [row(1, 500_000), row(2, 499_000), row(3, 498_000), row(4, 400_000, 'b')];
    expect(tellStory(rows, null, options).map(({ kind }) => kind)).toEqual(['run', 'quiet', 'row']);
  });
  test('a quiet time before the first row of a page is told too', () => {
    expect(tellStory([row(2, 0)], row(1, 60_000), options)[0]).toMatchObject({ kind: 'quiet', ms: 60_000 });
  });
  test('no entry is lost or doubled, with all runs opened', () => {
    const steps = fc.array(fc.tuple(fc.nat({ max: 90_000 }), fc.constantFrom('a', 'b')), { maxLength: 40 });
    fc.assert(
      fc.property(steps, (each) => {
        let ms = 10_000_000;
        const rows = each.map(([step, kind], id) => row(id, (ms -= step), kind));
        const opened = new Set(rows.map(({ id }) => id));
        const told = tellStory(rows, null, { ...options, opened });
        expect(told.flatMap((line) => (line.kind === 'row' ? [line.row.id] : []))).toEqual(
          rows.map(({ id }) => id),
        );
      }),
    );
  });
});

describe('what a stream has told', () => {
  const gap = { kind: 'gap' as const, id: 'gap', fromMs: 1_000, toMs: 2_000, words: 'why' };
  test('it waits until the reader wants it, and what the list shows is left out', () => {
    const fresh = takeFresh(NOTHING_FRESH, [row(1, 1), row(2, 2)], [], new Set(['1']));
    expect(fresh).toMatchObject({ waiting: [{ row: { id: '2' } }], shown: [] });
    expect(takeFresh(fresh, [row(2, 2)], [], new Set())).toBe(fresh);
  });
  test('shown entries are newest first, a late one and a gap at their times', () => {
    const first = showFresh(takeFresh(NOTHING_FRESH, [row(1, 5_000)], [], new Set()));
    const then = showFresh(takeFresh(first, [row(2, 9_000), row(3, 1_500)], [gap], new Set()));
    expect(then.shown.map((line) => (line.kind === 'gap' ? 'gap' : line.row.id))).toEqual([
      '2',
      '1',
      'gap',
      '3',
    ]);
  });
  test('more than can be kept is said', () => {
    const rows = Array.from({ length: MOST_FRESH + 1 }, (_, id) => row(id, id));
    const fresh = takeFresh(NOTHING_FRESH, rows, [], new Set());
    expect(fresh.isOverfull).toBe(true);
    expect(fresh.waiting).toHaveLength(MOST_FRESH);
  });
});

describe('the coverage of many pages', () => {
  const entry = (fromMs: number, toMs: number, more: Partial<CoverageEntry> = {}): CoverageEntry => ({
    source: 'USAGE',
    operation: null,
    from: at(fromMs),
    to: at(toMs),
    status: 'COMPLETE',
    code: null,
    reason: null,
    origin: 'VENDOR',
    asOf: at(9_000),
    scanned: 2,
    matched: 1,
    dropped: 0,
    ...more,
  });
  test('neighbours that are alike are one', () => {
    expect(mergeCoverage([entry(5, 9)], [entry(1, 5, { asOf: at(8_000) })])).toEqual([
      entry(1, 9, { scanned: 4, matched: 2, asOf: at(8_000) }),
    ]);
  });
  test('spans that differ or do not touch stay apart', () => {
    expect(mergeCoverage([entry(5, 9)], [entry(1, 4), entry(4, 5, { status: 'STALE' })])).toHaveLength(3);
  });
  test('a scan that went on is no longer cut', () => {
    const cut = entry(1, 5, { status: 'TRUNCATED', code: 'SCAN_LIMIT' });
    const lost = entry(1, 5, { status: 'TRUNCATED', code: 'ROWS_DROPPED' });
    expect(dropResumed([cut, lost])).toEqual([lost]);
  });
});

describe('a copied request', () => {
  test('it quotes what a shell would read, and never holds a credential', () => {
    const line = writeCurl('http://a.test/graphql', "query {\n  a(b: 'c')\n}", { id: "it's" }, true);
    expect(line).toContain(String.raw`it'\''s`);
    expect(line).toContain('Bearer $SIGHTLINE_KEY');
    expect(writeCurl('http://a.test', 'query', {}, false)).not.toContain('Bearer');
  });
  test('JSON leaves out what the client added', () => {
    expect(writeJson({ __typename: 'Event', id: '1' })).toBe('{\n  "id": "1"\n}');
  });
});
