import type { Related, RelatedRequest } from './correlation.ts';
import type { Placed } from './index-by-time.ts';
import { canonicalAddress, isTellingAddress } from './judge-address.ts';
import type { Activity } from './activity.ts';

/** By address alone, an entry without one is related to nothing. */
export function canBeRelated({ of, by }: Pick<RelatedRequest, 'of' | 'by'>): boolean {
  return by.has('TIME') || (by.has('IP') && of.ipAddress !== null);
}

/**
 * What ties the rows of its window to an entry. HIGH needs an address that singles out who is behind it, and the whole
 * window: where part of it is unread, that many share the address can't be ruled out.
 * @param near the rows of the window
 * @param userOf who a row is about; null: it doesn't say
 * @param isWhole all of the window is in `near`
 */
export function relateRows<Row extends Activity>(
  { of, by }: Pick<RelatedRequest, 'of' | 'by'>,
  near: readonly Placed<Row>[],
  userOf: (row: Row) => string | null,
  isWhole: boolean,
): readonly Related<Row>[] {
  const address = of.ipAddress === null || !by.has('IP') ? null : canonicalAddress(of.ipAddress);
  const fromThere = address === null ? [] : near.filter((placed) => placed.address === address);
  const users = new Set(fromThere.flatMap(({ row }) => userOf(row) ?? []));
  const isTelling = address !== null && isWhole && isTellingAddress(address, users.size);
  const byTime = by.has('TIME') ? (['TIME'] as const) : [];
  return near.flatMap((placed): Related<Row>[] => {
    const isSame = address !== null && placed.address === address;
    const basis = isSame ? (['IP', ...byTime] as const) : byTime;
    if (basis.length === 0) return [];
    return [{ row: placed.row, basis, confidence: isSame && isTelling ? 'HIGH' : 'LOW' }];
  });
}
