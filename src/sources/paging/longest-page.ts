/** For how long a page is proof of how long the vendor's pages may be. */
const BELIEVED_MS = 3_600_000;
/** The lowest limit that a vendor is expected to have, half of the Usage API's default page (100 rows). */
export const LEAST_LIMIT = 50;

/** Judges by the lengths of a vendor's pages which page is the last of its list. */
export interface LongestPage {
  /** A page of this length was given when `asked` rows were asked for. */
  note(length: number, asked: number, nowMs: number): void;
  /**
   * Whether nothing can follow a page, in the order of its question. A page that is shorter than asked may be cut by a limit of
   * the vendor. It is the last only if it is shorter than another page of the last hour, and its length does not look like a
   * limit, because the vendor may have lowered its limit to exactly this length. If nothing followed another page of this length,
   * that proves nothing: a list can hold exactly as many rows as the limit.
   * @param nowMs null if an earlier answer replaces that of a vendor that fails: it is compared with all pages ever seen
   */
  isLast(length: number, asked: number, nowMs: number | null): boolean;
}

/** @param least a page with fewer rows than this is the last, even if it is the longest seen */
export function createLongestPage(least: number): LongestPage {
  let longest = 0;
  let longestEver = 0;
  let seenAtMs = 0;
  const longestAt = (nowMs: number): number => (nowMs - seenAtMs > BELIEVED_MS ? 0 : longest);
  return {
    note(length, asked, nowMs) {
      // A page longer than asked does not show what the vendor gives when more is asked for.
      const given = Math.min(length, asked);
      if (given < longestAt(nowMs)) return;
      longest = given;
      longestEver = Math.max(longestEver, given);
      seenAtMs = nowMs;
    },
    isLast(length, asked, nowMs) {
      if (length === 0) return true;
      if (length >= asked || looksLikeLimit(length)) return false;
      return length < (nowMs === null ? longestEver : longestAt(nowMs)) || length < least;
    },
  };
}

/**
 * Whether nothing can follow a page of a list that has already given a page of `asked` rows. It is not the last if its length
 * looks like a limit, because the vendor may have lowered its limit since.
 */
export function isLastInList(length: number, asked: number): boolean {
  return length < asked && !looksLikeLimit(length);
}

/** People set limits to multiples of ten or powers of two. */
function looksLikeLimit(length: number): boolean {
  return length >= LEAST_LIMIT && (length % 10 === 0 || Number.isInteger(Math.log2(length)));
}
