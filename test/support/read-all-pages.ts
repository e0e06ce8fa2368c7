import { expect } from 'vitest';
import { UpstreamError } from '../../src/base/errors.ts';
import type { Coverage } from '../../src/sources/paging/coverage.ts';
import type { Page } from '../../src/sources/paging/page.ts';
import type { Position } from '../../src/sources/paging/position.ts';

/** The ids on all pages of a list, and the coverage that is not COMPLETE. */
export interface AllPages {
  readonly given: readonly string[];
  readonly gaps: readonly Coverage[];
}

/** Reads a list to its end. If the vendor fails a page, it is asked for again, `maxFailures` times in all. */
export async function readAllPages(
  read: (after: Position | null) => Promise<Page<Position>>,
  maxFailures = 2,
): Promise<AllPages> {
  const given: string[] = [];
  const gaps: Coverage[] = [];
  let failures = 0;
  for (let after: Position | null = null; ;) {
    const page: Page<Position> | null = await read(after).catch((error: unknown) => {
      if (!(error instanceof UpstreamError)) throw error;
      failures += 1;
      expect(failures).toBeLessThanOrEqual(maxFailures);
      return null;
    });
    if (!page) continue;
    given.push(...page.rows.map(({ id }) => id));
    gaps.push(...page.coverage.filter(({ status }) => status !== 'COMPLETE'));
    if (!page.hasMore) return { given, gaps };
    after = page.end?.position ?? null;
  }
}

/** Expects each of these rows once on the pages, or within coverage that is not COMPLETE. */
export function expectNoSilentLoss(
  rows: readonly { readonly id: string | bigint; readonly timestampMs: number }[],
  { given, gaps }: AllPages,
): void {
  expect(new Set(given).size).toBe(given.length);
  const ids = new Set(given);
  const lost = rows.filter(
    ({ id, timestampMs }) =>
      !ids.has(String(id)) && !gaps.some(({ fromMs, toMs }) => timestampMs >= fromMs && timestampMs < toMs),
  );
  expect(lost).toEqual([]);
}
