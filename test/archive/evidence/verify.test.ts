import { cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDuckDbStore } from '../../../src/archive/duckdb/store.ts';
import { verifyFolder } from '../../../src/archive/evidence/verify.ts';
import { makeEvent, makeUsageRecord } from '../../support/archive-rows.ts';
import {
  copyDay,
  DAY_MS,
  dayOf,
  digestOfRows,
  filesOf,
  fill,
  flipBit,
  newKey,
  readManifest,
  readOf,
  removeDay,
  rewriteManifest,
  rewriteRows,
  seal,
  stemsOf,
  swapDays,
} from '../../support/sealed-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'verify-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const newFolder = (): string => join(root, String((count += 1)));

const START_MS = Date.parse('2026-11-23T00:00:00.000Z');
const DAYS = 3;
const key = newKey();
const stranger = newKey();

/** Each day of each source has two rows at least, so that each change of rows changes something. */
const day = fc.uniqueArray(fc.integer({ min: 0, max: 999_999 }), { minLength: 2, maxLength: 8 });
const days = fc.array(day, { minLength: DAYS, maxLength: DAYS });

interface Sealed {
  readonly folder: string;
  readonly head: string;
  /** In the order in which they were sealed. */
  readonly stems: readonly string[];
}

/** Seals days with a row for each number, and then one day again with a late row. */
async function sealAll(numbers: readonly (readonly number[])[]): Promise<Sealed> {
  const store = await openDuckDbStore(newFolder());
  const folder = newFolder();
  const rows = numbers.flatMap((ofDay, at) =>
    ofDay.map((number) => ({ number, timestampMs: START_MS + at * DAY_MS + (number % 7) * 1_000 })),
  );
  await fill(
    store,
    {
      usage: rows.map(({ number, timestampMs }, at) =>
        makeUsageRecord({ id: `id-${number}-${at}`, timestampMs, elementKey: `key-${number % 3}` }),
      ),
      events: rows.map(({ number, timestampMs }, at) =>
        makeEvent({ id: String(number * 100 + at), timestampMs, username: `user-${number % 3}` }),
      ),
    },
    readOf(START_MS, START_MS + DAYS * DAY_MS),
  );
  const stems: string[] = [];
  let head = '';
  const sealOne = async (source: 'USAGE' | 'EVENTS', at: number): Promise<void> => {
    const { head: newest, manifest } = await seal(store, source, dayOf(START_MS + at * DAY_MS), {
      folder,
      key,
    });
    head = newest;
    stems.push(manifest.slice(0, -'.json'.length));
  };
  for (const [at] of numbers.entries())
    for (const source of ['USAGE', 'EVENTS'] as const) await sealOne(source, at);
  await store.usage.commit(
    [makeUsageRecord({ id: 'late', timestampMs: START_MS + 9 })],
    readOf(START_MS, START_MS + 1),
  );
  await sealOne('USAGE', 0);
  await sealOne('EVENTS', 0);
  await store.close();
  return { folder, head, stems: [...new Set(stems)] };
}

/** What may happen to a day's files. */
interface Target {
  readonly folder: string;
  readonly stem: string;
  readonly other: string;
  readonly pick: number;
}

const ROW_CHANGES = [
  'a row is dropped',
  'a row is doubled',
  'the rows are reordered',
  'a row is altered',
  'a row is added',
] as const;
type RowChange = (typeof ROW_CHANGES)[number];

/** SQL over `rows`. */
function changeSql(name: RowChange, stem: string): string {
  const isUsage = stem.startsWith('usage');
  const column = isUsage ? '"elementKey"' : 'username';
  const altered = `case when nth = 0 then 'changed' else ${column} end as ${column}`;
  return {
    'a row is dropped': 'select * from rows where nth <> (select max(nth) from rows) order by nth',
    'a row is doubled': 'select * from rows union all select * from rows where nth = 0 order by nth',
    'the rows are reordered': 'select * from rows order by nth desc',
    'a row is altered': `select * replace (${altered}) from rows order by nth`,
    'a row is added': `select * from rows union all select * replace (${isUsage ? "'added'" : '0'} as id) from rows where nth = 0 order by nth`,
  }[name];
}

/** @returns the path that a fault must name */
type Change = (target: Target) => Promise<string> | string;

const changes: [string, Change][] = [
  ...['.parquet', '.json', '.sig'].flatMap((ending): [string, Change][] => [
    [
      `a bit of ${ending} is flipped`,
      ({ folder, stem, pick }) => {
        flipBit(folder, stem + ending, pick);
        return stem + ending;
      },
    ],
    [
      `${ending} is deleted`,
      ({ folder, stem }) => {
        rmSync(join(folder, stem + ending));
        return stem + ending;
      },
    ],
    [
      `${ending} is cut to nothing`,
      ({ folder, stem }) => {
        writeFileSync(join(folder, stem + ending), '');
        return stem + ending;
      },
    ],
    [
      `${ending} is renamed`,
      ({ folder, stem }) => {
        renameSync(join(folder, stem + ending), join(folder, `usage/2031-01-01${ending}`));
        return `usage/2031-01-01${ending}`;
      },
    ],
    [
      `${ending} of two days are exchanged`,
      ({ folder, stem, other }) => {
        swapDays(folder, stem, other, [ending]);
        return stem;
      },
    ],
  ]),
  [
    'all files of two days are exchanged',
    ({ folder, stem, other }) => {
      swapDays(folder, stem, other);
      return `${stem}.json`;
    },
  ],
  [
    'a day is renamed',
    ({ folder, stem }) => {
      copyDay(folder, stem, 'events/2031-01-01');
      removeDay(folder, stem);
      return 'events/2031-01-01.json';
    },
  ],
  [
    'a day is there twice',
    ({ folder, stem }) => {
      copyDay(folder, stem, 'events/2031-01-01');
      return 'events/2031-01-01.json';
    },
  ],
  [
    'a file is added',
    ({ folder, stem }) => {
      copyDay(folder, stem, 'usage/2031-01-01', ['.parquet']);
      return 'usage/2031-01-01.parquet';
    },
  ],
  [
    'a file of another kind is added',
    ({ folder }) => {
      writeFileSync(join(folder, 'usage/rows.csv'), 'id');
      return 'usage/rows.csv';
    },
  ],
  [
    'the manifest claims another coverage',
    ({ folder, stem }) => {
      rewriteManifest(folder, stem, { coverage: [] });
      return `${stem}.json`;
    },
  ],
  [
    'the manifest claims another coverage, signed by another key',
    ({ folder, stem }) => {
      rewriteManifest(folder, stem, { coverage: [] }, stranger);
      return `${stem}.json`;
    },
  ],
  ...ROW_CHANGES.flatMap((name): [string, Change][] => [
    [
      name,
      async ({ folder, stem }) => {
        await rewriteRows(folder, stem, changeSql(name, stem));
        return `${stem}.parquet`;
      },
    ],
    [
      `${name}, and the manifest says so, unsigned`,
      async ({ folder, stem }) => {
        await rewriteRows(folder, stem, changeSql(name, stem));
        rewriteManifest(folder, stem, { sha256: digestOfRows(folder, stem) });
        return `${stem}.json`;
      },
    ],
  ]),
];

test('days are sealed: each alteration of rows, files and manifests is found and named; without one there is no fault', async () => {
  await fc.assert(
    fc.asyncProperty(days, fc.array(fc.nat(), { minLength: 3, maxLength: 3 }), async (numbers, picks) => {
      const sealed = await sealAll(numbers);
      const { folder, head, stems } = sealed;
      expect(stems).toHaveLength(2 * DAYS + 1);
      expect(await verifyFolder(folder, key.public, { head })).toEqual([]);
      for (const [at, [name, change]] of changes.entries()) {
        const [a = 0, b = 0, pick = 0] = picks.map((value) => value + at);
        const stem = stems[a % stems.length]!;
        const other = stems[(a + 1 + (b % (stems.length - 1))) % stems.length]!;
        const altered = newFolder();
        cpSync(folder, altered, { recursive: true });
        const named = await change({ folder: altered, stem, other, pick });
        const faults = await verifyFolder(altered, key.public, { head });
        expect(faults.join('\n'), `${name}: ${stem}, ${other}, ${pick}`).toContain(named);
        rmSync(altered, { recursive: true });
      }
      rmSync(folder, { recursive: true });
    }),
    { numRuns: 3 },
  );
});

describe('earlier versions of rows', () => {
  const stem = `usage/${dayOf(START_MS)}`;
  const file = `${stem}.versions`;
  let sealed: string;
  beforeAll(async () => {
    const store = await openDuckDbStore(newFolder());
    const rows = ['a', 'b'].map((id) => makeUsageRecord({ id, timestampMs: START_MS, elementKey: 'old' }));
    for (const [at, elementKey] of ['old', 'new', 'newer'].entries())
      await fill(
        store,
        { usage: rows.map((row) => ({ ...row, elementKey })), events: [] },
        readOf(START_MS, START_MS + DAY_MS, START_MS + (at + 3) * DAY_MS),
      );
    sealed = newFolder();
    for (const source of ['USAGE', 'EVENTS'] as const)
      await seal(store, source, dayOf(START_MS), { folder: sealed, key });
    await store.close();
  });
  const rewrite = async (folder: string, sql: string): Promise<void> => {
    cpSync(join(folder, file), join(folder, 'versions.parquet'));
    await rewriteRows(folder, 'versions', sql);
    renameSync(join(folder, 'versions.parquet'), join(folder, file));
  };
  const alterations: [string, (folder: string) => Promise<void> | void, RegExp][] = [
    [
      'are altered',
      (folder) => rewrite(folder, `select * replace ('x' as "elementKey") from rows order by nth`),
      /is not the file/,
    ],
    [
      'are moved in time',
      (folder) =>
        rewrite(
          folder,
          'select * replace ("knownFrom" - interval 1 second as "knownFrom") from rows order by nth',
        ),
      /is not the file/,
    ],
    [
      'are dropped',
      (folder) => rewrite(folder, 'select * from rows where nth > 0 order by nth'),
      /has 5 rows, and its manifest says 6/,
    ],
    [
      'are doubled',
      (folder) => rewrite(folder, 'from rows union all select * from rows where nth = 0 order by nth'),
      /has 7 rows/,
    ],
    [
      'are reordered',
      (folder) => rewrite(folder, 'select * from rows order by nth desc'),
      /has rows out of order: row 2 /,
    ],
    ['are removed', (folder) => rmSync(join(folder, file)), /is missing: usage/],
  ];

  test('without an alteration there is no fault', async () => {
    expect(filesOf(sealed)).toContain(file);
    expect(filesOf(sealed)).not.toContain(`events/${dayOf(START_MS)}.versions`);
    expect(await verifyFolder(sealed, key.public)).toEqual([]);
  });

  test.each(alterations)('that %s are found and named', async (_name, alter, fault) => {
    const folder = newFolder();
    cpSync(sealed, folder, { recursive: true });
    await alter(folder);
    const faults = (await verifyFolder(folder, key.public)).filter((one) => one.startsWith(file));
    expect(faults.join('\n')).toMatch(fault);
  });

  test('that no manifest names are found, even if the owner of the key has added them', async () => {
    const folder = newFolder();
    cpSync(sealed, folder, { recursive: true });
    const added = `events/${dayOf(START_MS)}.versions`;
    cpSync(join(folder, file), join(folder, added));
    expect((await verifyFolder(folder, key.public)).join('\n')).toContain(`${added} was added`);
    rewriteManifest(folder, stem, { versions: { file: added, rows: 6, sha256: 'a'.repeat(64) } }, key);
    expect((await verifyFolder(folder, key.public)).join('\n')).toContain(
      `${stem}.json names the file ${added}, not its own.`,
    );
  });
});

describe('a day is missing', () => {
  test('in the middle or at the start: the next manifest names it', async () => {
    const { folder, stems } = await sealAll([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    for (const stem of stems.slice(0, -1)) {
      const altered = newFolder();
      cpSync(folder, altered, { recursive: true });
      removeDay(altered, stem);
      expect((await verifyFolder(altered, key.public)).join('\n')).toContain(`${stem}.json is missing`);
    }
  });

  test('at the end: the head that was published names none that is there, and an older head does not need it', async () => {
    const { folder, stems, head } = await sealAll([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const older = readManifest(folder, stems.at(-1)!)['previous'] as { sha256: string };
    expect(await verifyFolder(folder, key.public, { head: older.sha256 })).toEqual([]);
    removeDay(folder, stems.at(-1)!);
    expect(await verifyFolder(folder, key.public)).toEqual([]);
    expect(await verifyFolder(folder, key.public, { head: older.sha256.toUpperCase() })).toEqual([]);
    expect(await verifyFolder(folder, key.public, { head })).toEqual([
      `${stems.at(-2)}.json is the newest manifest, but none has the published digest ${head}: newer days are missing, or a manifest was altered.`,
    ]);
  });

  test('an empty folder and a missing one are not well', async () => {
    const folder = newFolder();
    expect(await verifyFolder(folder, key.public)).toEqual([`${folder} holds no sealed day.`]);
  });
});

describe('rows are checked beyond their hash', () => {
  test.each([
    ['the rows are reordered', /usage\/2026-11-25\.parquet has rows out of order: row 2 /],
    ['a row is doubled', /usage\/2026-11-25\.parquet has 3 rows, and its manifest says 2\./],
    ['a row is dropped', /usage\/2026-11-25\.parquet has 1 rows, and its manifest says 2\./],
  ] as const)('%s by the owner of the key', async (name, fault) => {
    const { folder } = await sealAll([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const stem = 'usage/2026-11-25';
    await rewriteRows(folder, stem, changeSql(name, stem));
    rewriteManifest(folder, stem, { sha256: digestOfRows(folder, stem) }, key);
    const faults = await verifyFolder(folder, key.public);
    expect(faults.join('\n')).toMatch(fault);
    // The manifest after it still has the digest of the first one.
    expect(faults.join('\n')).toContain(`${stem}.json is not the manifest that`);
  });

  test('rows of another day and columns of another source', async () => {
    const { folder } = await sealAll([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const [a, b] = ['usage/2026-11-24', 'usage/2026-11-25'] as const;
    swapDays(folder, a, b, ['.parquet']);
    for (const stem of [a, b]) rewriteManifest(folder, stem, { sha256: digestOfRows(folder, stem) }, key);
    expect((await verifyFolder(folder, key.public)).join('\n')).toContain(
      `${a}.parquet has 2 rows of another day than 2026-11-24.`,
    );
    copyDay(folder, 'events/2026-11-24', a, ['.parquet']);
    expect((await verifyFolder(folder, key.public)).join('\n')).toContain(
      `${a}.parquet can't be read as a Parquet file of this source`,
    );
  });

  test('a manifest of a newer version is named as such', async () => {
    const { folder } = await sealAll([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    rewriteManifest(folder, 'usage/2026-11-25', { format: 3 }, key);
    expect(await verifyFolder(folder, key.public)).toContain(
      'usage/2026-11-25.json has format 3, which a newer version reads.',
    );
  });

  test('files beside the folders of the sources do not matter', async () => {
    const { folder, head } = await sealAll([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    writeFileSync(join(folder, 'README'), 'x');
    expect(await verifyFolder(folder, key.public, { head })).toEqual([]);
    expect(filesOf(folder)).toContain('README');
    expect(stemsOf(folder)).toHaveLength(7);
  });
});
