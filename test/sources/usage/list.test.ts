import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSkipped } from '../../../src/sources/paging/vendor-page.ts';
import type { VendorPage } from '../../../src/sources/paging/vendor-page.ts';
import { createUsageList } from '../../../src/sources/usage/list.ts';
import { createUsageQuirks } from '../../../src/sources/usage/quirks.ts';
import type { UsageQuirks } from '../../../src/sources/usage/quirks.ts';
import type { UsageRecord } from '../../../src/sources/usage/record.ts';
import type { UpstreamResponse } from '../../../src/upstream/upstream.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';

const AT = '2026-03-01T00:00:00.000Z';
/** The id of a letter: itself, or its number if it can be no id. */
const idOf = (letter: string): string => (letter > 'z' ? `u${letter.codePointAt(0)}` : letter);
const row = (letter: string) => ({ id: letter === '?' ? '' : idOf(letter), usageDate: AT });

/** The vendor's answer to `pageOffset` and `pageSize`: rows as letters, `?` for one that cannot be parsed. */
type Answers = (offset: number, size: number) => string;

/** A vendor that gives at most four of these rows at once, and counts offsets in this unit. */
const vendorOf =
  (rows: string, unit: 'records' | 'pages', clamp = 4): Answers =>
  (offset, asked) => {
    const size = Math.min(asked, clamp);
    const start = unit === 'records' ? offset : offset * size;
    return rows.slice(start, start + size);
  };

/** The vendor has given a page of nine rows, and the unit of its offsets is known. */
function quirksOf(offsetUnit: 'records' | 'pages'): UsageQuirks {
  const quirks = createUsageQuirks();
  quirks.pages.note(9, 9, 0);
  quirks.offsetUnit = offsetUnit;
  return quirks;
}

/** A window whose answers are scripted by `pageOffset/pageSize`, or come from a vendor. A call without an answer fails. */
function openWindow(
  answers: Readonly<Record<string, string>> | Answers,
  quirks: UsageQuirks = createUsageQuirks(),
  pageSize = 4,
) {
  const asked: string[] = [];
  const upstream = createSimulatedUpstream('USAGE', ({ query }): UpstreamResponse => {
    const named = new Map(query);
    const call = `${named.get('pageOffset')}/${named.get('pageSize')}`;
    asked.push(call);
    const rows =
      typeof answers === 'function'
        ? answers(Number(named.get('pageOffset')), Number(named.get('pageSize')))
        : answers[call];
    if (rows === undefined) throw new Error(`nothing is scripted for ${call}`);
    return { status: 200, headers: {}, body: Array.from(rows, row) };
  });
  const settings = {
    largestPage: 10,
    maxScannedRows: 10,
    staleIfErrorMs: 0,
    age: { settleMs: 0, retentionMs: null },
  };
  const list = createUsageList(
    { upstream, quirks, settings, nowMs: 9 },
    createTestCallContext(),
    {},
    settings.largestPage,
  );
  const reader = list.open({ lowerMs: 0, upperMs: 1, direction: 'DESC', pageSize });
  return { reader, asked, quirks };
}

const summaryOf = ({ entries, ended }: VendorPage<UsageRecord>) => [
  entries.map((entry) => (isSkipped(entry) ? '?' : entry.id)).join(''),
  ended,
];

async function readAll(window: ReturnType<typeof openWindow>) {
  const pages = [];
  for (;;) {
    const page = await window.reader.next();
    pages.push(summaryOf(page));
    if (page.ended) return pages;
  }
}

describe('the end of a usage list', () => {
  test('is not a full page, but an empty one, or one shorter than the longest seen', async () => {
    expect(summaryOf(await openWindow({ '0/4': 'abcd' }).reader.next())).toEqual(['abcd', false]);
    expect(summaryOf(await openWindow({ '0/4': '' }).reader.next())).toEqual(['', true]);
    const quirks = createUsageQuirks();
    expect(summaryOf(await openWindow({ '0/4': 'abc' }, quirks).reader.next())).toEqual(['abc', false]);
    expect(summaryOf(await openWindow({ '0/4': 'abc' }, quirks).reader.next())).toEqual(['abc', false]);
    expect(summaryOf(await openWindow({ '0/4': 'ab' }, quirks).reader.next())).toEqual(['ab', true]);
    expect(summaryOf(await openWindow({ '0/2': 'ab' }, quirks, 2).reader.next())).toEqual(['ab', false]);
  });
});

describe('a limit that falls while one instant is read', () => {
  const rows = Array.from({ length: 258 }, (_, at) => String.fromCodePoint(0x4e00 + at)).join('');

  test.each([
    ['records', 'asked'],
    ['pages', 'asked'],
    ['pages', 'given'],
  ] as const)(
    'loses no row, or the window is refused and read again: offsets in %s of the size %s',
    async (unit, counted) => {
      for (let at = 2; at < 7; at += 1) {
        let calls = 0;
        const answers: Answers = (offset, asked) => {
          calls += 1;
          const size = Math.min(asked, calls < at ? 100 : 50);
          const start = unit === 'records' ? offset : offset * (counted === 'asked' ? asked : size);
          return rows.slice(start, start + size);
        };
        const read = await readAll(openWindow(answers, createUsageQuirks(), 100)).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'UPSTREAM_OUT_OF_ORDER' });
          return null;
        });
        if (read) expect(read.map(([text]) => text).join('')).toBe(Array.from(rows, idOf).join(''));
      }
    },
  );
});

describe('the unit of pageOffset', () => {
  test('is records if all rows but the first come again; they are given once, and offsets count rows from then on', async () => {
    const window = openWindow(vendorOf('abcdefgh', 'records'));
    expect(await readAll(window)).toEqual([
      ['abcd', false],
      ['e', false],
      ['fgh', false],
      ['', true],
    ]);
    expect(window.asked).toEqual(['0/4', '1/4', '4/4', '7/4']);
    expect(window.quirks.offsetUnit).toBe('records');
  });

  test('is records even if no row follows', async () => {
    expect(await readAll(openWindow({ '0/4': 'abcd', '1/4': 'bcd' }))).toEqual([
      ['abcd', false],
      ['', true],
    ]);
  });

  test('is pages if no row comes again, and offsets count pages from then on', async () => {
    const window = openWindow(vendorOf('abcdefg', 'pages'));
    expect(await readAll(window)).toEqual([
      ['abcd', false],
      ['ef', false],
      ['g', true],
    ]);
    // The second page has three rows and begins with d. The third repeats e and f, because no page can begin with f and bring three more.
    expect(window.asked).toEqual(['0/4', '1/4', '1/3', '1/4']);
    expect(window.quirks.offsetUnit).toBe('pages');
  });

  test('is pages if the answer is empty and the last row comes again on an overlapping page', async () => {
    const window = openWindow(vendorOf('abcd', 'pages'));
    expect(await readAll(window)).toEqual([
      ['abcd', false],
      ['', true],
    ]);
    expect(window.asked).toEqual(['0/4', '1/4', '1/3']);
    expect(window.quirks.offsetUnit).toBe('pages');
  });

  test('is not learnt from rows that come again in another order', async () => {
    const window = openWindow({ '0/2': 'ab', '1/2': 'cb' }, createUsageQuirks(), 2);
    await window.reader.next();
    await expect(window.reader.next()).rejects.toMatchObject({ code: 'UPSTREAM_OUT_OF_ORDER' });
    expect(window.quirks.offsetUnit).toBeNull();
  });

  test('is used once it is known', async () => {
    for (const unit of ['records', 'pages'] as const) {
      const window = openWindow(vendorOf('abcde', unit), quirksOf(unit));
      expect(await readAll(window)).toEqual([
        ['abcd', false],
        ['e', true],
      ]);
      expect(window.asked).toEqual(['0/4', unit === 'records' ? '3/4' : '1/3']);
      expect(window.quirks.offsetUnit).toBe(unit);
    }
  });

  test.each([
    ['a row that slips in', 'xabcdef'],
    ['a row that is deleted', 'bcdef'],
  ])('is learnt again after %s between two pages, because the overlap is missing', async (_, later) => {
    for (const unit of ['records', 'pages'] as const) {
      let calls = 0;
      const answers: Answers = (offset, size) =>
        vendorOf((calls += 1) === 1 ? 'abcdef' : later, unit)(offset, size);
      const window = openWindow(answers, quirksOf(unit));
      await window.reader.next();
      await expect(window.reader.next()).rejects.toMatchObject({
        code: 'UPSTREAM_OUT_OF_ORDER',
        message: expect.stringContaining('moved'),
      });
      expect(window.quirks.offsetUnit).toBeNull();
    }
  });

  test('does not matter if a page holds one row', async () => {
    const window = openWindow({ '0/4': 'a', '1/1': 'b', '2/1': 'c', '3/1': '' });
    expect(await readAll(window)).toEqual([
      ['a', false],
      ['b', false],
      ['c', false],
      ['', true],
    ]);
    expect(window.quirks.offsetUnit).toBeNull();
  });

  test('is learnt with pages as long as the vendor really gives', async () => {
    const window = openWindow(vendorOf('abcde', 'records', 3));
    expect(await readAll(window)).toEqual([
      ['abc', false],
      ['d', false],
      ['e', true],
    ]);
    expect(window.asked).toEqual(['0/4', '1/3', '3/3']);
  });

  test('is not learnt from skipped rows, and a row that may be the same is counted once', async () => {
    const window = openWindow({ '0/4': 'a?', '1/2': '?' });
    expect(await readAll(window)).toEqual([
      ['a?', false],
      ['', true],
    ]);
    expect(window.quirks.offsetUnit).toBeNull();
  });

  test('is proven by the row that comes again, even if all new rows are skipped', async () => {
    const window = openWindow(vendorOf('abcd?', 'pages'));
    expect(await readAll(window)).toEqual([
      ['abcd', false],
      ['?', true],
    ]);
    expect(window.quirks.offsetUnit).toBe('pages');
  });

  test('is not learnt if the second page cannot be parsed twice', async () => {
    let calls = 0;
    const answers: Answers = (offset, size) =>
      [2, 3].includes((calls += 1)) ? '?' : vendorOf('abcdef', 'records')(offset, size);
    const window = openWindow(answers);
    await window.reader.next();
    await expect(window.reader.next()).rejects.toMatchObject({ code: 'UPSTREAM_OUT_OF_ORDER' });
    expect(window.quirks.offsetUnit).toBeNull();
  });

  test.each([
    ['a???', '???b'],
    ['a???', 'bcde'],
    ['a???', '????'],
  ])('is not guessed if skipped rows hide it: %s, then %s is refused', async (first, second) => {
    const window = openWindow({ '0/4': first, '1/4': second });
    await window.reader.next();
    await expect(window.reader.next()).rejects.toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE' });
    expect(window.quirks.offsetUnit).toBeNull();
  });

  test('is learnt correctly or not at all, and every parsable row or an error is given, with any rows unparsable', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 5, maxLength: 14 }),
        fc.constantFrom('records' as const, 'pages' as const),
        async (parsable, unit) => {
          const rows = parsable
            .map((isParsable, at) => (isParsable ? String.fromCharCode(97 + at) : '?'))
            .join('');
          const window = openWindow(vendorOf(rows, unit));
          const pages = await readAll(window).catch((error: unknown) => {
            expect(['UPSTREAM_BAD_RESPONSE', 'UPSTREAM_OUT_OF_ORDER']).toContain(
              (error as { code?: string }).code,
            );
            return null;
          });
          expect([null, unit]).toContain(window.quirks.offsetUnit);
          if (!pages) return;
          const read = pages.map(([text]) => text).join('');
          expect(read.replaceAll('?', '')).toBe(rows.replaceAll('?', ''));
          expect(read.includes('?')).toBe(rows.includes('?'));
          expect(read.length).toBeLessThanOrEqual(rows.length);
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each(['?bcde', 'a?cde'])('is learnt from the parsable rows of %s', async (rows) => {
    expect(await readAll(openWindow(vendorOf(rows, 'records')))).toEqual([
      [rows.slice(0, 4), false],
      ['e', false],
      ['', true],
    ]);
  });

  test.each(['abcd', 'cdef', 'acde', 'dxyz'])('is not guessed: %s after abcd is refused', async (second) => {
    const { reader } = openWindow({ '0/4': 'abcd', '1/4': second });
    await reader.next();
    await expect(reader.next()).rejects.toMatchObject({
      code: 'UPSTREAM_OUT_OF_ORDER',
      source: 'USAGE',
      operation: '/usage',
      message: expect.stringContaining('pageOffset'),
    });
  });
});
