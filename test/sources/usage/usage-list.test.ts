import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createUsageList } from '../../../src/sources/usage/usage-list.ts';
import { createUsageLore, type UsageLore } from '../../../src/sources/usage/usage-lore.ts';
import { isDropped, type VendorPage } from '../../../src/sources/walk/vendor-list.ts';
import type { UsageRecord } from '../../../src/sources/usage/usage-record.ts';
import type { UpstreamResponse } from '../../../src/upstream/upstream.ts';
import { createSimulatedUpstream, createTestCallContext } from '../../support/simulated-vendor.ts';

const AT = '2026-03-01T00:00:00.000Z';
const row = (id: string) => (id === '?' ? { id: '', usageDate: AT } : { id, usageDate: AT });

/** A window whose answers are scripted by `pageOffset/pageSize`; anything else asked is a failure. */
function openWindow(
  answers: Readonly<Record<string, string>>,
  lore: UsageLore = createUsageLore(),
  pageSize = 4,
) {
  const asked: string[] = [];
  const upstream = createSimulatedUpstream('USAGE', ({ query }): UpstreamResponse => {
    const named = new Map(query);
    const call = `${named.get('pageOffset')}/${named.get('pageSize')}`;
    asked.push(call);
    const rows = answers[call];
    if (rows === undefined) throw new Error(`nothing is scripted for ${call}`);
    return { status: 200, headers: {}, body: Array.from(rows, row) };
  });
  const settings = {
    largestPage: 10,
    maxScannedRows: 10,
    staleIfErrorMs: 0,
    age: { settleMs: 0, retentionMs: null },
  };
  const list = createUsageList({ upstream, lore, settings, nowMs: 9 }, createTestCallContext(), {});
  const reader = list.open({ lowerMs: 0, upperMs: 1, direction: 'down', pageSize });
  return { reader, asked, lore };
}

const told = ({ entries, ended }: VendorPage<UsageRecord>) => [
  entries.map((entry) => (isDropped(entry) ? '?' : entry.id)).join(''),
  ended,
];

async function readAll(window: ReturnType<typeof openWindow>) {
  const pages = [];
  for (;;) {
    const page = await window.reader.next();
    pages.push(told(page));
    if (page.ended) return pages;
  }
}

describe('the end of a usage list', () => {
  it('is not told by a full page, is told by an empty one, and by one shorter than the longest seen', async () => {
    expect(told(await openWindow({ '0/4': 'abcd' }).reader.next())).toEqual(['abcd', false]);
    expect(told(await openWindow({ '0/4': '' }).reader.next())).toEqual(['', true]);
    const lore = createUsageLore();
    expect(told(await openWindow({ '0/4': 'abc' }, lore).reader.next())).toEqual(['abc', false]);
    expect(told(await openWindow({ '0/4': 'abc' }, lore).reader.next())).toEqual(['abc', false]);
    expect(told(await openWindow({ '0/4': 'ab' }, lore).reader.next())).toEqual(['ab', true]);
    expect(lore.longestPage).toBe(3);
    expect(told(await openWindow({ '0/2': 'ab' }, lore, 2).reader.next())).toEqual(['ab', false]);
  });
});

describe('the unit of pageOffset', () => {
  it('is records where all but the first row come again; they are left out once, and offsets count rows from then on', async () => {
    const window = openWindow({ '0/4': 'abcd', '1/4': 'bcde', '5/4': 'fgh' });
    expect(await readAll(window)).toEqual([
      ['abcd', false],
      ['e', false],
      ['fgh', true],
    ]);
    expect(window.lore.offsetUnit).toBe('records');
  });

  it('is records also where nothing follows', async () => {
    expect(await readAll(openWindow({ '0/4': 'abcd', '1/4': 'bcd' }))).toEqual([
      ['abcd', false],
      ['', true],
    ]);
  });

  it('is pages where none comes again, and offsets count pages from then on', async () => {
    const window = openWindow({ '0/4': 'abcd', '1/4': 'efgh', '2/4': 'i' });
    expect(await readAll(window)).toEqual([
      ['abcd', false],
      ['efgh', false],
      ['i', true],
    ]);
    expect(window.lore.offsetUnit).toBe('pages');
  });

  it('is not told by an answer without rows', async () => {
    const window = openWindow({ '0/4': 'abcd', '1/4': '' });
    expect(await readAll(window)).toEqual([
      ['abcd', false],
      ['', true],
    ]);
    expect(window.lore.offsetUnit).toBeNull();
  });

  it('is not told by rows that come again in another order, as by chance from a vendor that shuffles', async () => {
    const window = openWindow({ '0/2': 'ab', '1/2': 'cb' }, createUsageLore(), 2);
    await window.reader.next();
    await expect(window.reader.next()).rejects.toMatchObject({ code: 'UPSTREAM_OUT_OF_ORDER' });
    expect(window.lore.offsetUnit).toBeNull();
  });

  it('once known is kept to; a doubled row is for the walk to see, and the unit is learnt anew after it', async () => {
    const records = openWindow({ '0/4': 'abcd', '4/4': 'def' }, { longestPage: 9, offsetUnit: 'records' });
    expect(await readAll(records)).toEqual([
      ['abcd', false],
      ['def', true],
    ]);
    const pages = openWindow({ '0/4': 'abcd', '1/4': 'def' }, { longestPage: 9, offsetUnit: 'pages' });
    expect(await readAll(pages)).toEqual([
      ['abcd', false],
      ['def', true],
    ]);
    expect([records.lore.offsetUnit, pages.lore.offsetUnit]).toEqual([null, null]);
    const kept = openWindow({ '0/4': 'abcd', '1/4': 'ef' }, { longestPage: 9, offsetUnit: 'pages' });
    await readAll(kept);
    expect(kept.lore.offsetUnit).toBe('pages');
  });

  it('does not matter where a page holds one row', async () => {
    const window = openWindow({ '0/4': 'a', '1/1': 'b', '2/1': 'c', '3/1': '' });
    expect(await readAll(window)).toEqual([
      ['a', false],
      ['b', false],
      ['c', false],
      ['', true],
    ]);
    expect(window.lore.offsetUnit).toBeNull();
  });

  it('is asked for in pages as long as the vendor really gives', async () => {
    const window = openWindow({ '0/4': 'abc', '1/3': 'bcd', '4/3': 'ef' });
    expect(await readAll(window)).toEqual([
      ['abc', false],
      ['d', false],
      ['ef', true],
    ]);
  });

  it('is not told by rows that could not be understood: what may be the same row is counted once', async () => {
    const window = openWindow({ '0/4': 'a?', '1/2': '?' });
    expect(await readAll(window)).toEqual([
      ['a?', false],
      ['', true],
    ]);
    expect(window.lore.offsetUnit).toBeNull();
  });

  it('is not told by a last page without a legible row, whose rows are new where no legible one comes again', async () => {
    const window = openWindow({ '0/4': 'abcd', '1/4': '??' });
    expect(await readAll(window)).toEqual([
      ['abcd', false],
      ['??', true],
    ]);
    expect(window.lore.offsetUnit).toBeNull();
  });

  it.each([
    ['a???', '???b'],
    ['a???', 'bcde'],
    ['a???', '????'],
    ['abcd', '????'],
  ])(
    'is not guessed where rows that could not be understood hide it: %s, then %s is refused',
    async (first, second) => {
      const window = openWindow({ '0/4': first, '1/4': second });
      await window.reader.next();
      await expect(window.reader.next()).rejects.toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE' });
      expect(window.lore.offsetUnit).toBeNull();
    },
  );

  it('is learnt rightly or not at all, and gives every legible row or an error, whichever rows are illegible', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 5, maxLength: 14 }),
        fc.constantFrom('records' as const, 'pages' as const),
        async (legible, unit) => {
          const rows = legible
            .map((isLegible, at) => (isLegible ? String.fromCharCode(97 + at) : '?'))
            .join('');
          const answers: Record<string, string> = {};
          for (let offset = 0; offset <= 20; offset += 1) {
            const start = unit === 'records' ? offset : offset * 4;
            answers[`${offset}/4`] = rows.slice(start, start + 4);
          }
          const window = openWindow(answers);
          const pages = await readAll(window).catch((error: unknown) => {
            expect(error).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE' });
            return null;
          });
          expect([null, unit]).toContain(window.lore.offsetUnit);
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

  it('is learnt from the rows that could be understood', async () => {
    expect(await readAll(openWindow({ '0/4': '?bcd', '1/4': 'bcde', '5/4': '' }))).toEqual([
      ['?bcd', false],
      ['e', false],
      ['', true],
    ]);
    expect(await readAll(openWindow({ '0/4': 'a?cd', '1/4': '?cde', '5/4': '' }))).toEqual([
      ['a?cd', false],
      ['e', false],
      ['', true],
    ]);
  });

  it.each(['abcd', 'cdef', 'acde', 'dxyz'])('is not guessed: %s after abcd is refused', async (second) => {
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
