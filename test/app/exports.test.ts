import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHash } from 'node:crypto';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { createSeededRandom } from '../support/seeded-random.ts';
import { LISTS, namesOf, readExport, readList, UNPACED } from '../support/exported.ts';
import { startApp, PATIENT } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';

const RANGE = { from: '2026-02-01T00:00:00Z', to: '2026-03-04T12:00:00Z' };
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

let running: RunningApp;
beforeAll(async () => {
  running = await startApp(
    { maxPageSize: 1_000 },
    { ...UNPACED, ...PATIENT, SIGHTLINE_MAX_PAGE_SIZE: '500' },
  );
});
afterAll(() => running.close());

describe('an export', () => {
  test.each(['usage', 'events', 'timeline'] as const)(
    'of %s has the rows of the list in their order',
    async (name) => {
      const list = await readList(running.app, LISTS[name], RANGE, null);
      const exported = await readExport(running.app, `${name}.ndjson`, {
        range: RANGE,
        fields: namesOf(LISTS[name]),
      });
      expect(exported.status).toBe(200);
      expect(exported.rows).toEqual(list.rows);
      expect(exported.rows.length).toBeGreaterThan(500);
      expect(exported.receipt).toMatchObject({ rows: list.rows.length, complete: true, endCursor: null });
    },
  );

  test('has a receipt with the digest of all bytes before it', async () => {
    const { text, receipt } = await readExport(running.app, 'events.ndjson', { range: RANGE });
    expect(receipt?.sha256).toBe(sha256(text.slice(0, text.lastIndexOf('{"export"'))));
  });
});
