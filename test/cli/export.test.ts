import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { downloadExport } from '../../src/cli/export-download.ts';
import type { Download, DownloadOptions } from '../../src/cli/export-answer.ts';
import { joinReceipts } from '../../src/cli/export-receipt.ts';
import { verifyExport } from '../../src/cli/export-verify.ts';
import { readDone } from '../../src/cli/export.ts';
import type { Receipt } from '../../src/http/export/receipts.ts';
import { addressOf, readExport, SOME_LIST, UNPACED } from '../support/exported.ts';
import { NOW_MS, PATIENT, startApp } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';

const RANGE = '{"from":"2026-02-03T00:00:00Z","to":"2026-03-04T11:00:00Z"}';

let running: RunningApp;
beforeAll(async () => {
  running = await startApp(
    { usageRows: 900, eventsRows: 600 },
    { ...UNPACED, ...PATIENT, SIGHTLINE_MAX_PAGE_SIZE: '60', SIGHTLINE_MAX_EXPORTS: '20' },
    { clock: { now: () => NOW_MS } },
  );
});
afterAll(() => running.close());

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-export-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Downloads from the service. Every answer of an export breaks after `breakAt` bytes. */
function download(out: string, options: Partial<DownloadOptions> & { readonly breakAt?: number } = {}) {
  const { breakAt = Infinity, ...others } = options;
  let nowMs = 0;
  const progress: Receipt[] = [];
  const asked: string[] = [];
  const result: Promise<Download> = downloadExport({
    question: { list: 'events', format: 'ndjson', range: RANGE, filter: null, fields: null },
    out,
    url: 'http://127.0.0.1',
    headers: {},
    signal: new AbortController().signal,
    async fetch(address, init) {
      asked.push(address);
      const response = await running.app.fetch(address, init);
      if (!response.body || address.includes('/receipts/') || breakAt === Infinity) return response;
      return new Response(breakAfter(response.body, breakAt), response);
    },
    // Each look at the clock is a second later, so that every piece is followed by a question for the receipt.
    now: () => (nowMs += 1_000),
    onProgress: (receipt) => progress.push(receipt),
    ...others,
  });
  return { result, progress, asked };
}

function breakAfter(body: ReadableStream<Uint8Array>, bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        controller.enqueue(piece.subarray(0, left));
        left -= piece.length;
        if (left <= 0) controller.error(new Error('reset'));
      },
    }),
  );
}

const partial = {
  question: { list: 'events', format: 'csv', range: RANGE, filter: null, fields: null },
} as const;

const parquet = { question: { ...partial.question, format: 'parquet' } } as const;

describe('the command export', () => {
  test('writes the bytes of the export, and nothing else is left', async () => {
    const folder = makeFolder();
    const out = join(folder, 'events.ndjson');
    const { result, progress } = download(out);
    expect(await result).toMatchObject({ kind: 'written', receipt: { complete: true } });
    const { text } = await readExport(running.app, 'events.ndjson', { range: RANGE });
    const lines = (file: string) => file.split('\n').slice(0, -2);
    expect(lines(readFileSync(out, 'utf8'))).toEqual(lines(text));
    expect(readdirSync(folder)).toEqual(['events.ndjson']);
    expect(await verifyExport(out)).toMatchObject({ kind: 'intact', receipt: { rows: lines(text).length } });
    expect(progress.length).toBeGreaterThan(2);
  });

  test('goes on where it broke, as often as it breaks, and the file is that of an unbroken one', async () => {
    const whole = await readExport(running.app, 'events.ndjson', { range: RANGE });
    const out = join(makeFolder(), 'events.ndjson');
    let rows = 0;
    let breaks = 0;
    for (;;) {
      const { result, asked } = download(out, { breakAt: 60_000 });
      const done = await result;
      expect(asked[0]?.includes('after=')).toBe(breaks > 0);
      if (done.kind === 'written') break;
      expect(done).toMatchObject({ kind: 'broken', reason: 'The connection broke: reset' });
      const kept = done.kind === 'broken' ? (done.receipt?.rows ?? 0) : 0;
      expect(kept).toBeGreaterThan(rows);
      rows = kept;
      breaks += 1;
    }
    expect(breaks).toBeGreaterThan(2);
    expect(await verifyExport(out)).toEqual({
      kind: 'intact',
      receipt: { ...whole.receipt, coverage: expect.any(Array) },
    });
    expect(readFileSync(out, 'utf8').split('{"export"')[0]).toBe(whole.text.split('{"export"')[0]);
  });

  test('of CSV goes on without a second header, and leaves its receipt beside the file', async () => {
    const whole = await readExport(running.app, 'events.csv', { range: RANGE });
    const out = join(makeFolder(), 'events.csv');
    expect(await download(out, { ...partial, breakAt: 50_000 }).result).toMatchObject({ kind: 'broken' });
    expect(await download(out, partial).result).toMatchObject({
      kind: 'written',
      receipt: { complete: true },
    });
    expect(readFileSync(out, 'utf8')).toBe(whole.text);
    expect(await verifyExport(out)).toMatchObject({ kind: 'intact' });
  });

  test('that is interrupted leaves a file that can be gone on with', async () => {
    const out = join(makeFolder(), 'events.ndjson');
    const controller = new AbortController();
    const { result } = download(out, {
      signal: controller.signal,
      onProgress: ({ rows }) => rows > 200 && controller.abort(),
    });
    const done = await result;
    expect(done).toMatchObject({ kind: 'broken', reason: 'It was interrupted.' });
    expect(await download(out).result).toMatchObject({ kind: 'written', receipt: { complete: true } });
  });

  test('of Parquet has its receipt inside, and leaves nothing else', async () => {
    const whole = await readExport(running.app, 'events.ndjson', { range: RANGE });
    const folder = makeFolder();
    const out = join(folder, 'events.parquet');
    const { result, progress } = download(out, parquet);
    const receipt = { complete: true, rows: whole.rows.length, endCursor: null };
    expect(await result).toMatchObject({ kind: 'written', receipt });
    expect(await verifyExport(out)).toMatchObject({ kind: 'intact', receipt });
    expect(readdirSync(folder)).toEqual(['events.parquet']);
    expect(progress.length).toBeGreaterThan(2);
    expect(progress.at(-1)).toMatchObject(receipt);
  });

  test('of Parquet that breaks or is interrupted keeps nothing, and begins again', async () => {
    const folder = makeFolder();
    const out = join(folder, 'events.parquet');
    expect(await download(out, { ...parquet, breakAt: 1_000 }).result).toEqual({
      kind: 'broken',
      reason: 'The connection broke: reset',
      receipt: null,
    });
    expect(readdirSync(folder)).toEqual([]);
    const controller = new AbortController();
    const stopped = download(out, {
      ...parquet,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(await stopped.result).toMatchObject({ kind: 'broken', reason: 'It was interrupted.' });
    expect(readdirSync(folder)).toEqual([]);
    const again = download(out, parquet);
    expect(await again.result).toMatchObject({ kind: 'written', receipt: { complete: true } });
    expect(again.asked[0]).not.toContain('after=');
  });

  test.each([
    ['is cut', 'The answer was cut: it has no receipt.', (all: Buffer) => all.subarray(0, -1)],
    [
      'has other bytes than were sent',
      'What came is not what was sent: the digests differ.',
      (all: Buffer) => all.fill('x', 200, 201),
    ],
  ])('of Parquet whose answer %s is no file', async (_, reason, damage) => {
    const folder = makeFolder();
    const { result } = download(join(folder, 'events.parquet'), {
      ...parquet,
      async fetch(address, init) {
        const response = await running.app.fetch(address, init);
        if (address.includes('/receipts/')) return response;
        return new Response(new Uint8Array(damage(Buffer.from(await response.arrayBuffer()))), response);
      },
    });
    expect(await result).toEqual({ kind: 'broken', reason, receipt: null });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('begins again if the file was changed, or the question is another one', async () => {
    const out = join(makeFolder(), 'events.ndjson');
    await download(out, { breakAt: 100_000 }).result;
    const part = readFileSync(`${out}.part`);
    writeFileSync(`${out}.part`, part.fill('x', 10, 11));
    const again = download(out);
    await again.result;
    expect(again.asked[0]).not.toContain('after=');
    await download(out, { breakAt: 100_000 }).result;
    const other = download(out, {
      question: { list: 'events', format: 'ndjson', range: RANGE, filter: null, fields: 'id' },
    });
    expect(await other.result).toMatchObject({ kind: 'written' });
    expect(other.asked[0]).not.toContain('after=');
  });

  test('says why the service refuses, and leaves no file then', async () => {
    const out = join(makeFolder(), 'x.ndjson');
    const { result } = download(out, { question: { ...partial.question, fields: 'nothing' } });
    expect(await result).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining(`'fields' names "nothing", which is no field.`),
    });
    expect(readdirSync(dirname(out))).toEqual([]);
    const unreachable = download(out, {
      fetch: () => Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') })),
    });
    expect(await unreachable.result).toMatchObject({
      kind: 'broken',
      reason: 'The connection broke: ECONNREFUSED',
      receipt: null,
    });
  });
});

describe('a file that is verified', () => {
  test('is told from one that is cut or changed, at any byte', async () => {
    const { text } = await readExport(running.app, 'events.ndjson', { range: '{"last":"P1D"}' });
    const file = join(makeFolder(), 'events.ndjson');
    const judge = async (content: string) => {
      writeFileSync(file, content);
      return (await verifyExport(file)).kind;
    };
    expect(await judge(text)).toBe('intact');
    for (let at = 0; at < text.length; at += Math.ceil(text.length / 40)) {
      expect(await judge(text.slice(0, at))).toBe('cut');
      // The receipt itself has no digest.
      if (at >= text.indexOf('{"export"')) continue;
      const changed = `${text.slice(0, at)}${text[at] === '7' ? '8' : '7'}${text.slice(at + 1)}`;
      expect(['changed', 'cut']).toContain(await judge(changed));
    }
    expect(await judge(text.slice(text.indexOf('\n') + 1))).toBe('changed');
  });
});

describe('a Parquet file that is verified', () => {
  test('is told from one that is cut or changed, at any byte', async () => {
    const answer = await running.app.fetch(addressOf('events.parquet', { range: '{"last":"P1D"}' }));
    const bytes = Buffer.from(await answer.arrayBuffer());
    const file = join(makeFolder(), 'events.parquet');
    const judge = async (content: Buffer) => {
      writeFileSync(file, content);
      return (await verifyExport(file)).kind;
    };
    expect(await judge(bytes)).toBe('intact');
    const footer = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 60)) {
      expect(await judge(bytes.subarray(0, at))).toBe('cut');
      if (at >= footer) continue;
      const changed = Buffer.from(bytes);
      changed[at] = changed[at]! ^ 1;
      expect(['changed', 'cut']).toContain(await judge(changed));
    }
  });

  test('of another program has no receipt', async () => {
    const file = join(makeFolder(), 'other.parquet');
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    await connection.run(`copy (select 1 as one) to '${file}' (format parquet)`);
    connection.closeSync();
    instance.closeSync();
    expect(await verifyExport(file)).toEqual({ kind: 'cut' });
  });
});

describe('what a receipt tells', () => {
  const receipt: Receipt = {
    rows: 2,
    sha256: 'a',
    complete: true,
    endCursor: null,
    coverage: [
      {
        source: 'EVENTS',
        operation: null,
        status: 'COMPLETE',
        from: '2026-03-02T00:00:00.000Z',
        to: '2026-03-03T00:00:00.000Z',
        asOf: null,
        origin: 'VENDOR',
        scanned: 1,
        matched: 1,
        dropped: 0,
        code: null,
        reason: null,
      },
    ],
    of: SOME_LIST,
  };

  test('is the part of the range that was read', () => {
    expect(readDone(receipt, { last: 'P4D' })).toBe(0.25);
    expect(readDone(receipt, { from: '2026-03-01T00:00:00Z' })).toBe(0.5);
    expect(readDone(receipt, { last: 'soon' })).toBeNull();
    expect(readDone({ ...receipt, coverage: [] }, {})).toBeNull();
  });

  test('of two parts is complete only if both are', () => {
    const stale = { ...receipt, coverage: [{ ...receipt.coverage[0]!, status: 'STALE' as const }] };
    expect(joinReceipts(receipt, receipt, 'b')).toMatchObject({ rows: 4, sha256: 'b', complete: true });
    expect(joinReceipts(stale, receipt, 'b').complete).toBe(false);
    expect(joinReceipts(receipt, { ...receipt, complete: false }, 'b').complete).toBe(false);
    expect(joinReceipts(null, receipt, 'b')).toBe(receipt);
  });
});
