import { RequestError } from '../../src/base/errors.ts';
import type { CallNeeds } from '../../src/sources/paging/estimate.ts';
import { MAX_ATTEMPTS_PER_CALL } from '../../src/upstream/limits.ts';

/** The fewest and the most calls that an estimate allows to an operation with this budget. */
export function boundsOf(
  needs: readonly CallNeeds[],
  budget: number,
): { readonly least: number; readonly most: number } {
  const saved = new Set(needs.flatMap((need) => need.saved ?? []));
  const least = new Set(needs.flatMap((need) => need.least ?? []).filter((key) => !saved.has(key)));
  const full = new Map(needs.flatMap((need) => need.full ?? []));
  const calls = [...full.values()].reduce((sum, one) => sum + one, 0);
  const isOpen = needs.some(
    ({ isOpen: is, scans = [], counts = [], possibleScans = [] }) =>
      is || scans.length + counts.length + possibleScans.length > 0,
  );
  return { least: least.size, most: isOpen ? budget : Math.min(calls * MAX_ATTEMPTS_PER_CALL, budget) };
}

/** Waits for an answer. It may also end because the call budget is used up: here that is not a failure. */
export async function settle(answer: Promise<unknown>): Promise<void> {
  await answer.catch((error: unknown) => {
    if (!(error instanceof RequestError && error.code === 'LIMIT_EXCEEDED')) throw error;
  });
}
