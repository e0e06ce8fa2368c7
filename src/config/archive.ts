import type { Rereads } from '../archive/ledger.ts';
import type { ArchiveLocation } from '../archive/open-store.ts';
import type { SyncPace } from '../archive/pace.ts';
import { createRedaction } from '../archive/personal-data.ts';
import type { PersonalDataPolicy, Redaction } from '../archive/personal-data.ts';
import { deriveSecret, keyedDigest } from '../base/sealing.ts';
import { Secret } from '../base/secret.ts';
import { DAY_MS } from '../base/time.ts';
import type { Settings, SetValues } from './settings.ts';

/** Where the archive is, and how it is filled. */
export interface ArchiveConfig {
  readonly location: ArchiveLocation;
  readonly rereads: Rereads;
  readonly personalData: PersonalDataPolicy;
  /** How long rows are kept, in milliseconds; Infinity: for ever. */
  readonly keptMs: number;
  readonly pace: SyncPace;
  /** Where days are sealed; null: unknown. */
  readonly sealedFolder: string | null;
}

/** 128 bits, so that no two names share a pseudonym. */
const PSEUDONYM_LENGTH = 32;
const SERVER = /^clickhouses?:\/\//;

/** The place that `SIGHTLINE_ARCHIVE` names. */
export function readLocation(place: string): ArchiveLocation {
  return SERVER.test(place)
    ? { kind: 'clickhouse', url: new Secret(place) }
    : { kind: 'duckdb', folder: place };
}

/** null: there is no archive. */
export function readArchive(settings: Settings): ArchiveConfig | null {
  const { SIGHTLINE_ARCHIVE: place } = settings;
  if (place === undefined) return null;
  return {
    location: readLocation(place),
    rereads: {
      overlapMs: settings.SIGHTLINE_ARCHIVE_OVERLAP_MS,
      settleMs: settings.SIGHTLINE_ARCHIVE_SETTLE_MS,
    },
    personalData: settings.SIGHTLINE_ARCHIVE_PERSONAL_DATA,
    sealedFolder: settings.SIGHTLINE_ARCHIVE_SEALED ?? null,
    keptMs: (settings.SIGHTLINE_ARCHIVE_DAYS ?? Infinity) * DAY_MS,
    pace: {
      intervalMs: settings.SIGHTLINE_ARCHIVE_INTERVAL_MS,
      callsPerMinute: settings.SIGHTLINE_ARCHIVE_CALLS_PER_MINUTE,
      hours: settings.SIGHTLINE_ARCHIVE_HOURS,
    },
  };
}

/** The faults in how the archive's settings go together with others, a sentence each. */
export function findArchiveFaults(set: SetValues): string[] {
  const place = set['SIGHTLINE_ARCHIVE'];
  if (place === undefined) return [];
  const faults: string[] = [];
  if (set['VENDOR_CREDENTIALS'] === 'request') {
    faults.push(
      'SIGHTLINE_ARCHIVE is set beside VENDOR_CREDENTIALS=request: the archive would need the credentials of callers while they are away. Leave one of them out.',
    );
  }
  if (SERVER.test(place)) {
    if (!URL.canParse(place) || new URL(place).hostname === '')
      faults.push(
        'SIGHTLINE_ARCHIVE must be a folder, or an address such as clickhouse://user:password@host:8123/database.',
      );
  } else if (/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) {
    faults.push('SIGHTLINE_ARCHIVE must be a folder, or begin with clickhouse:// or clickhouses://.');
  } else if (set['SIGHTLINE_SHARE_PORT'] === 'true') {
    faults.push(
      'SIGHTLINE_SHARE_PORT needs an archive on ClickHouse: only one process at a time can use an archive in a folder.',
    );
  }
  return faults;
}

/** What is done to rows before they are written; null: nothing. Pseudonyms follow from the service's secret. */
export function readRedaction({ personalData }: ArchiveConfig, secret: Secret): Redaction | null {
  const key = deriveSecret(secret, 'sightline pseudonym v1');
  return createRedaction(personalData, (name) =>
    keyedDigest(key.reveal(), name).toString('hex').slice(0, PSEUDONYM_LENGTH),
  );
}
