import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLongestPage, isLastInList } from '../../../src/sources/paging/longest-page.ts';

const HOUR_MS = 3_600_000;

/** Notes each page, then asks whether it is the last. */
function createPages(least: number) {
  const pages = createLongestPage(least);
  const isLast = (length: number, asked: number, nowMs: number | null): boolean => {
    if (nowMs !== null) pages.note(length, asked, nowMs);
    return pages.isLast(length, asked, nowMs);
  };
  return { ...pages, isLast };
}

describe('a page that may be the last', () => {
  test('is so if it is empty, and never if it is full', () => {
    const pages = createPages(0);
    expect([pages.isLast(0, 60, 0), pages.isLast(60, 60, 0), pages.isLast(61, 60, 0)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('is so if it is shorter than the longest page of the last hour, and that is forgotten after one', () => {
    const pages = createPages(0);
    expect([pages.isLast(33, 60, 0), pages.isLast(33, 60, 1), pages.isLast(32, 60, 2)]).toEqual([
      false,
      false,
      true,
    ]);
    expect(pages.isLast(32, 60, HOUR_MS + 1)).toBe(true);
    expect(pages.isLast(32, 60, HOUR_MS + 2)).toBe(false);
  });

  test('is so if it is shorter than any limit is thought to be', () => {
    const pages = createPages(50);
    expect([pages.isLast(49, 1000, 0), pages.isLast(57, 1000, 0), pages.isLast(56, 1000, 0)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test.each([50, 64, 100, 128, 200, 250, 256, 500, 512])(
    'of %d rows is not, whatever has been seen, because the limit may have changed to that',
    (rows) => {
      const pages = createPages(50);
      pages.isLast(1000, 1000, 0);
      expect(pages.isLast(rows, 1000, 1)).toBe(false);
    },
  );

  test('of a STALE earlier answer is judged by all pages ever seen', () => {
    const pages = createPages(0);
    pages.note(200, 200, 0);
    pages.note(30, 200, 2 * HOUR_MS);
    expect([pages.isLast(157, 200, null), pages.isLast(157, 200, 2 * HOUR_MS)]).toEqual([true, false]);
  });

  test('is judged by no page that is longer than was asked for', () => {
    const pages = createPages(0);
    pages.isLast(5_000, 40, 0);
    expect(pages.isLast(41, 60, 1)).toBe(false);
  });

  test("is never one that the vendor's limit has cut, if that limit never changes", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 50, max: 400 }),
        fc.array(fc.tuple(fc.nat({ max: 600 }), fc.integer({ min: 2, max: 1000 })), { maxLength: 40 }),
        fc.constantFrom(0, 50),
        (limit, questions, least) => {
          const pages = createPages(least);
          for (const [at, [there, asked]] of questions.entries()) {
            const length = Math.min(there, asked, limit);
            if (pages.isLast(length, asked, at)) expect(length).toBe(there);
          }
        },
      ),
    );
  });
});

describe('a page of a list that has given longer ones', () => {
  test('is the last if it is shorter than asked, unless a limit that fell may have cut it', () => {
    const pages = [100, 99, 57, 50, 49, 0];
    expect(pages.map((length) => isLastInList(length, 100))).toEqual([false, true, true, false, true, true]);
  });
});
