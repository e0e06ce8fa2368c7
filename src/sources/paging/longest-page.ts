/** How long a page that was seen says how long the vendor's pages may be. */
const BELIEVED_MS = 3_600_000;
/** No limit of a vendor is thought to be lower than this: the Usage API's default page has 100 rows. */
export const LEAST_LIMIT = 50;

/** What the lengths of a vendor's pages tell of their end. */
export interface LongestPage {
  /** A page of this length was given where `asked` rows were asked for. */
  note(length: number, asked: number, nowMs: number): void;
  /**
   * A second question has shown that a page of this length was the last, so that a longer one is given, too: were the length
   * the vendor's limit, the list would have just as many rows by chance. It says nothing of a length that did cut a list.
   */
  notePassed(length: number, nowMs: number): void;
  /** A second question has brought rows behind a page of this length: it is a limit. */
  noteCut(length: number): void;
  /**
   * Whether nothing can follow a page, in its question's own order. A page that is shorter than asked may be as long as the
   * vendor's limit lets it. It is not if it is shorter than another one was within the last hour, unless its length looks
   * like a limit, which may have fallen, and has not been passed within the hour.
   * @param nowMs null: an earlier answer stands in, for which any page counts that was ever seen; the vendor can't be asked
   */
  isLast(length: number, asked: number, nowMs: number | null): boolean;
}

/** @param least a page with fewer rows than this is the last, though it be the longest seen */
export function createLongestPage(least: number): LongestPage {
  let longest = 0;
  let longestEver = 0;
  let seenAtMs = 0;
  // As many as there are lengths of pages at most.
  const passedAtMs = new Map<number, number>();
  const cuts = new Set<number>();
  const longestAt = (nowMs: number): number => (nowMs - seenAtMs > BELIEVED_MS ? 0 : longest);
  const wasPassed = (length: number, nowMs: number | null): boolean => {
    const atMs = passedAtMs.get(length);
    return atMs !== undefined && (nowMs === null || nowMs - atMs <= BELIEVED_MS);
  };
  const see = (length: number, nowMs: number): void => {
    if (length < longestAt(nowMs)) return;
    longest = length;
    longestEver = Math.max(longestEver, length);
    seenAtMs = nowMs;
  };
  return {
    // A page longer than asked says nothing of what is given where more is asked for.
    note: (length, asked, nowMs) => see(Math.min(length, asked), nowMs),
    noteCut: (length) => void cuts.add(length),
    notePassed(length, nowMs) {
      if (cuts.has(length)) return;
      passedAtMs.set(length, nowMs);
      see(length + 1, nowMs);
    },
    isLast(length, asked, nowMs) {
      if (length === 0) return true;
      if (length >= asked || (looksLikeLimit(length) && !wasPassed(length, nowMs))) return false;
      return length < (nowMs === null ? longestEver : longestAt(nowMs)) || length < least;
    },
  };
}

/**
 * Whether nothing can follow a page of a list that has given a page as long as `asked` before. A limit that fell may have cut
 * it; then the next one must be no longer.
 */
export function isLastInList(length: number, asked: number): boolean {
  return length < asked && !looksLikeLimit(length);
}

/** Limits are set by people: a multiple of ten, or a power of two. */
function looksLikeLimit(length: number): boolean {
  return length >= LEAST_LIMIT && (length % 10 === 0 || Number.isInteger(Math.log2(length)));
}
