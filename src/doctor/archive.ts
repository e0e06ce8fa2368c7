import type { Archive } from '../archive/archive.ts';
import { holdsArchive } from '../archive/duckdb/file.ts';
import { findHeld, foldReads } from '../archive/ledger.ts';
import { openStore } from '../archive/open-store.ts';
import { SOURCES } from '../base/source.ts';
import type { Source } from '../base/source.ts';
import type { Clock, Range } from '../base/time.ts';
import type { Config } from '../config/config.ts';
import { createFindings } from './finding.ts';
import type { Finding } from './finding.ts';

/**
 * Opens the archive and reads its ledger. It makes none.
 * @param open the archive that this process holds; left out: it holds none
 */
export async function examineArchive(
  { archive }: Config,
  clock: Clock,
  open?: Archive,
): Promise<readonly Finding[]> {
  const findings = createFindings('ARCHIVE');
  if (!archive) {
    findings.add('archive', 'ok', 'nothing', 'SIGHTLINE_ARCHIVE is not set');
    return findings.all;
  }
  const { location, pace } = archive;
  const asked = `the ledger (${location.kind})`;
  const judge = (source: Source, newest: Range | undefined): void => {
    const behindMs = newest ? clock.now() - newest.toMs : null;
    const isBehind = behindMs === null || behindMs > 10 * pace.intervalMs + archive.rereads.overlapMs;
    findings.add(
      'archive',
      isBehind ? 'note' : 'ok',
      `${asked} of ${source}`,
      behindMs === null ? 'nothing was read yet' : `it ends ${Math.round(behindMs / 60_000)} minutes ago`,
      isBehind ? 'If the service runs, look in its log for why the archive does not go on.' : undefined,
    );
  };
  // A folder is its holder's alone. A server may be gone, so it is asked anew.
  if (open && location.kind === 'duckdb') {
    for (const source of SOURCES) judge(source, readSpansOf(open, source)[0]);
    return findings.all;
  }
  if (location.kind === 'duckdb' && !holdsArchive(location.folder)) {
    findings.add('archive', 'note', asked, 'there is none yet', 'The service makes it at its first start.');
    return findings.all;
  }
  try {
    const store = await openStore(location);
    try {
      for (const source of SOURCES) {
        const table = source === 'USAGE' ? store.usage : store.events;
        const [newest] = findHeld(foldReads(await table.loadReads()), 0, null);
        judge(source, newest);
      }
    } finally {
      await store.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    const advice =
      location.kind === 'duckdb'
        ? 'If the service runs, it holds the folder: ask it at /health/doctor, or its field service.archive. Otherwise restore it.'
        : 'Check SIGHTLINE_ARCHIVE, the network to the ClickHouse, and the rights of its user.';
    findings.add(
      'archive',
      location.kind === 'duckdb' ? 'unknown' : 'wrong',
      asked,
      `it can't be opened (${reason})`,
      advice,
    );
  }
  return findings.all;
}

function readSpansOf({ usage, events }: Archive, source: Source): readonly Range[] {
  return (source === 'USAGE' ? usage : events).readSpans();
}
