import DataLoader from 'dataloader';
import type { Range } from '../../base/range.ts';
import type { Source } from '../../base/source.ts';
import { coverFailure } from '../walk/cover-failure.ts';
import type { Coverage } from '../walk/coverage.ts';
import { recordCoverage, type Examined } from '../walk/coverage-recorder.ts';
import { comparePositions } from '../walk/position.ts';
import type { Strand } from '../walk/strand.ts';
import type { Related, RelatedRequest, RelatedRows } from './correlation.ts';
import { canonicalAddress, isTellingAddress } from './judge-address.ts';
import { mergeRanges } from './merge-ranges.ts';
import { readRanges, type ReadRanges } from './read-ranges.ts';
import type { Activity } from './activity.ts';

/** Windows no further apart than this are read as one: less than a page of most logs. */
const GAP_MS = 60_000;

/**
 * What lies near entries, for all entries of one operation at once: their windows become few ranges, which are read once
 * and sliced in memory.
 * @param userOf who an entry is about, to tell an address that many share
 */
export function createRelatedLoader<Row extends Activity>(
  strand: Strand<Row>,
  userOf: (row: Row) => string | null,
  maxScannedRows: number,
  nowMs: number,
  keyOf: (request: RelatedRequest) => string,
): DataLoader<RelatedRequest, RelatedRows<Row>, string> {
  return new DataLoader<RelatedRequest, RelatedRows<Row>, string>(
    async (requests) => {
      const windows = requests.map((request) => windowOf(request, nowMs));
      const sought = windows.filter((window, at) => window.fromMs < window.toMs && isSought(requests[at]!));
      const read = await readRanges(mergeRanges(sought, GAP_MS), strand, maxScannedRows);
      const users = countUsers(read.rows, userOf);
      return requests.map((request, at) => {
        const window = windows[at]!;
        if (!isSought(request)) return { related: [], coverage: [notRead(strand.source, window)] };
        const related = read.rows
          .filter((row) => row.timestampMs >= window.fromMs && row.timestampMs < window.toMs)
          .flatMap((row) => relate(request, row, users))
          .sort((a, b) => comparePositions(a.row, b.row));
        return { related, coverage: coverWindow(window, read, related, strand, nowMs) };
      });
    },
    { cacheKeyFn: keyOf },
  );
}

/** Both ends are in: an entry just `within` away still belongs. */
function windowOf({ of, withinMs }: RelatedRequest, nowMs: number): Range {
  return { fromMs: of.timestampMs - withinMs, toMs: Math.min(of.timestampMs + withinMs + 1, nowMs) };
}

/** By address alone, an entry without one is related to nothing. */
function isSought({ of, by }: RelatedRequest): boolean {
  return by.has('TIME') || (by.has('IP') && of.ipAddress !== null);
}

function relate<Row extends Activity>(
  { of, by }: RelatedRequest,
  row: Row,
  users: ReadonlyMap<string, number>,
): Related<Row>[] {
  const address = of.ipAddress === null ? null : canonicalAddress(of.ipAddress);
  const isSame = address !== null && row.ipAddress !== null && canonicalAddress(row.ipAddress) === address;
  const basis = [
    ...(by.has('IP') && isSame ? (['IP'] as const) : []),
    ...(by.has('TIME') ? (['TIME'] as const) : []),
  ];
  if (basis.length === 0) return [];
  const isTelling =
    basis.includes('IP') && address !== null && isTellingAddress(address, users.get(address) ?? 0);
  return [{ row, basis, confidence: isTelling ? 'HIGH' : 'LOW' }];
}

/** How many users were seen from each address. */
function countUsers<Row extends Activity>(
  rows: readonly Row[],
  userOf: (row: Row) => string | null,
): ReadonlyMap<string, number> {
  const users = new Map<string, Set<string>>();
  for (const row of rows) {
    const user = userOf(row);
    if (row.ipAddress === null || user === null) continue;
    const address = canonicalAddress(row.ipAddress);
    const seen = users.get(address);
    if (seen) seen.add(user);
    else users.set(address, new Set([user]));
  }
  return new Map([...users].map(([address, seen]) => [address, seen.size]));
}

function coverWindow<Row extends Activity>(
  window: Range,
  read: ReadRanges<Row>,
  related: readonly Related<Row>[],
  strand: Strand<Row>,
  nowMs: number,
): Coverage[] {
  const unmatched = new Map<number, number>();
  for (const { row } of related) unmatched.set(row.timestampMs, (unmatched.get(row.timestampMs) ?? 0) + 1);
  const isMatch = (timestampMs: number): boolean => {
    const left = unmatched.get(timestampMs) ?? 0;
    unmatched.set(timestampMs, left - 1);
    return left > 0;
  };
  const examined = read.examined.flatMap((stretch): Examined[] => {
    const fromMs = Math.max(stretch.fromMs, window.fromMs);
    const toMs = Math.min(stretch.toMs, window.toMs);
    if (fromMs >= toMs) return [];
    const rows = stretch.rows.filter(({ timestampMs: ms }) => ms >= fromMs && ms < toMs);
    return [
      {
        ...stretch,
        fromMs,
        toMs,
        rows: rows.map(({ timestampMs: ms }) => ({ timestampMs: ms, isMatch: isMatch(ms) })),
      },
    ];
  });
  const covered = recordCoverage(strand.source, examined, strand.age, nowMs, null);
  const { stopped } = read;
  if (stopped === null || window.fromMs >= stopped.belowMs) return covered;
  const missing = { fromMs: window.fromMs, toMs: Math.min(window.toMs, stopped.belowMs) };
  if ('error' in stopped) return [...covered, coverFailure(strand.source, missing, stopped.error)];
  return [...covered, { ...notRead(strand.source, missing), status: 'TRUNCATED', ...stopped.stop }];
}

/** A stretch about which the vendor was not asked. */
function notRead(source: Source, stretch: Range): Coverage {
  return {
    source,
    operation: null,
    status: 'COMPLETE',
    ...stretch,
    asOfMs: null,
    scanned: 0,
    matched: 0,
    dropped: 0,
    code: null,
    reason: 'The entry has no address to relate by, so the vendor was not asked.',
  };
}
