import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createDownload } from '../../../src/console/export/download.ts';
import type { DownloadState } from '../../../src/console/export/download.ts';
import type { ExportQuestion } from '../../../src/console/export/question.ts';
import { listUnknownKeeping, writeReceiptFile } from '../../../src/console/export/receipt.ts';
import type { ExportSpan, Receipt, ReceiptOf, SentReceipt } from '../../../src/console/export/receipt.ts';
import type { Sink } from '../../../src/console/export/sink.ts';

const QUESTION: ExportQuestion = {
  list: 'usage',
  format: 'ndjson',
  range: { from: '2026-03-03T12:00:00.000Z', to: '2026-03-04T12:00:00.000Z' },
  filter: { status: 'FAILED' },
};
const OF: ReceiptOf = { ...QUESTION, fields: ['at'], order: 'newest first', masked: false, after: null };
const PAGE = 10;
/** What comes before the first row. */
const HEADS = { ndjson: '', csv: 'at,text\r\n', parquet: 'PAR1' } as const;
/** What comes after the last row of Parquet: names of all parts, their length, and the magic. */
const FOOTER = Buffer.concat([Buffer.from('parts'), Buffer.from([5, 0, 0, 0]), Buffer.from('PAR1')]);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const span = (patch: Partial<ExportSpan> = {}): ExportSpan => ({
  source: 'USAGE',
  status: 'COMPLETE',
  code: null,
  reason: null,
  ...QUESTION.range,
  ...patch,
});

/** How one answer ends, by the number of its page. */
interface Fate {
  readonly cutAfter?: number;
  readonly failAfter?: number;
  readonly spoil?: boolean;
  /** The last byte of a Parquet file does not come. */
  readonly cutFooter?: boolean;
  /** Called before a page is sent. */
  readonly onPage?: (page: number) => void;
}

/** A service with `count` rows. Each answer has the fate that is next. */
function createService(count: number, format: ExportQuestion['format'], fates: Fate[]) {
  const rows = Array.from({ length: count }, (_, at) =>
    format === 'csv' ? `${at},"two\nlines"\r\n` : `${JSON.stringify({ at })}\n`,
  );
  const asked: string[] = [];
  const receipts: (() => SentReceipt)[] = [];

  const answer = (after: number): Response => {
    const fate = fates.shift() ?? {};
    let [bytes, sent, page] = [0, 0, 0];
    const digest = createHash('sha256');
    let receipt: Receipt | null = null;
    const take = (endCursor: string | null, coverage = [span()]): Receipt => ({
      rows: sent,
      sha256: digest.copy().digest('hex'),
      complete: endCursor === null && coverage.every(({ status }) => status === 'COMPLETE'),
      endCursor,
      coverage,
      of: { ...OF, format, after: after === 0 ? null : String(after) },
    });
    const cursorNow = () => (sent === 0 ? null : String(after + sent));
    receipts.push(() => (receipt ? { export: receipt } : { export: take(cursorNow()), bytes }));
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          fate.onPage?.(page);
          if (page === fate.cutAfter) return controller.error(new TypeError('network error'));
          const next = page === fate.failAfter ? [] : rows.slice(after + sent, after + sent + PAGE);
          if (next.length > 0) {
            const head = after === 0 && sent === 0 ? HEADS[format] : '';
            const piece = new TextEncoder().encode(head + next.join(''));
            digest.update(piece);
            [bytes, sent, page] = [bytes + piece.length, sent + next.length, page + 1];
            if (fate.spoil) piece[0] = 0x20;
            return controller.enqueue(piece);
          }
          const isEnd = after + sent >= rows.length;
          const failed = [
            span(),
            span({ status: 'FAILED', code: 'UPSTREAM', reason: 'The vendor is down.' }),
          ];
          receipt = isEnd ? take(null) : take(String(after + sent), failed);
          if (format === 'ndjson')
            controller.enqueue(new TextEncoder().encode(`${JSON.stringify({ export: receipt })}\n`));
          if (format === 'parquet')
            controller.enqueue(FOOTER.subarray(0, fate.cutFooter ? -1 : FOOTER.length));
          controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(body, { headers: { 'export-receipt': `/export/receipts/${receipts.length - 1}` } });
  };

  const fetch = async (address: string): Promise<Response> => {
    if (address.startsWith('/export/receipts/'))
      return Response.json(receipts[Number(address.split('/').at(-1))]?.());
    asked.push(address);
    return answer(Number(new URL(address, 'http://x').searchParams.get('after') ?? 0));
  };
  return { rows, asked, fetch };
}

function createTextSink(): Sink & { bytes(): Buffer; isFinished(): boolean } {
  let bytes = Buffer.alloc(0);
  let isFinished = false;
  return {
    async append(piece) {
      bytes = Buffer.concat([bytes, piece]);
    },
    async truncate(size) {
      bytes = bytes.subarray(0, size);
    },
    read: async () => new Blob([new Uint8Array(bytes)]),
    async finish() {
      isFinished = true;
    },
    bytes: () => bytes,
    isFinished: () => isFinished,
  };
}

function start(
  service: ReturnType<typeof createService>,
  format: ExportQuestion['format'] = 'ndjson',
  canDigest = true,
) {
  const sink = createTextSink();
  const states: DownloadState[] = [];
  let tick = 0;
  const download = createDownload({
    question: { ...QUESTION, format },
    sink,
    fetch: service.fetch,
    digest: canDigest ? async (bytes) => sha256(new Uint8Array(bytes)) : null,
    // Each look at the clock is a second later, so that each page asks for the receipt.
    now: () => (tick += 1_000),
    onChange: (state) => states.push(state),
  });
  return { sink, download, states, last: () => states.at(-1) };
}

describe('an export in the browser', () => {
  test('it has the bytes that were sent, and its receipt is verified', async () => {
    const service = createService(25, 'ndjson', []);
    const { sink, download, last } = start(service);
    await download.run();
    const rows = service.rows.join('');
    expect(sink.bytes().toString()).toBe(
      `${rows}${JSON.stringify({ export: { rows: 25, sha256: sha256(Buffer.from(rows)), complete: true, endCursor: null, coverage: [span()], of: OF } })}\n`,
    );
    expect(last()).toMatchObject({ status: 'done', rows: 25, isVerified: true });
    expect(sink.isFinished()).toBe(true);
    const [address = ''] = service.asked;
    const query = new URL(address, 'http://x').searchParams;
    expect(JSON.parse(query.get('range') ?? '')).toEqual(QUESTION.range);
    expect(JSON.parse(query.get('filter') ?? '')).toEqual(QUESTION.filter);
  });

  test.each(['ndjson', 'csv'] as const)(
    '%s that was cut and went on is, byte for byte, one that was not',
    async (format) => {
      const whole = start(createService(35, format, []), format);
      await whole.download.run();
      const service = createService(35, format, [{ cutAfter: 2 }, { cutAfter: 1 }]);
      const { sink, download, last } = start(service, format);
      await download.run();
      expect(last()).toMatchObject({
        status: 'paused',
        words: expect.stringContaining('The connection broke'),
      });
      expect(sink.isFinished()).toBe(false);
      await download.run();
      await download.run();
      expect(sink.bytes().toString()).toBe(whole.sink.bytes().toString());
      expect(last()).toMatchObject({ status: 'done', rows: 35, isVerified: true });
      expect(service.asked.map((address) => new URL(address, 'http://x').searchParams.get('after'))).toEqual([
        null,
        '20',
        '30',
      ]);
    },
  );

  test('a reader who cancels keeps what came, and goes on behind it', async () => {
    let pause = (): void => {};
    const service = createService(100, 'ndjson', [{ onPage: (page) => page === 4 && pause() }]);
    const { sink, download, last, states } = start(service);
    pause = () => download.pause();
    await download.run();
    expect(last()).toMatchObject({ status: 'paused', words: '' });
    const kept = last()?.rows ?? 0;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(100);
    expect(sink.bytes().toString()).toBe(service.rows.slice(0, kept).join(''));
    await download.run();
    expect(last()).toMatchObject({ status: 'done', rows: 100 });
    expect(sink.bytes().toString().startsWith(service.rows.join(''))).toBe(true);
    expect(states.some(({ status }) => status === 'refused')).toBe(false);
  });

  test('a vendor that fails leaves a part that says why, and going on reads the rest', async () => {
    const service = createService(25, 'ndjson', [{ failAfter: 1 }]);
    const { sink, download, last } = start(service);
    await download.run();
    expect(last()).toMatchObject({ status: 'paused', rows: 10, words: 'The vendor is down.' });
    await download.run();
    expect(last()).toMatchObject({ status: 'done', rows: 25, receipt: { complete: true } });
    expect(sink.bytes().toString().startsWith(service.rows.join(''))).toBe(true);
  });

  test('bytes that changed on their way are found, and the export begins again', async () => {
    const service = createService(5, 'ndjson', [{ spoil: true }]);
    const { sink, download, last } = start(service);
    await download.run();
    expect(last()).toMatchObject({
      status: 'paused',
      rows: 0,
      words: expect.stringContaining('digests differ'),
    });
    await download.run();
    expect(last()).toMatchObject({ status: 'done', rows: 5, isVerified: true });
    expect(sink.bytes().toString().startsWith(service.rows.join(''))).toBe(true);
  });

  test('rows of CSV are counted by their lines, not by line ends inside a cell', async () => {
    const { download, states } = start(createService(20, 'csv', []), 'csv');
    await download.run();
    expect(states.findLast(({ status }) => status === 'running')?.rows).toBe(20);
  });

  test('a browser without a digest verifies nothing, and a file of several parts has no receipt of its own', async () => {
    const service = createService(25, 'ndjson', [{ cutAfter: 1 }]);
    const { sink, download, last } = start(service, 'ndjson', false);
    await download.run();
    await download.run();
    expect(last()).toMatchObject({ status: 'done', isVerified: null, receipt: { sha256: '', rows: 25 } });
    expect(sink.bytes().toString()).toBe(service.rows.join(''));
  });

  test('Parquet has the bytes that were sent, and the digest of those before its footer', async () => {
    const service = createService(25, 'parquet', []);
    const { sink, download, states, last } = start(service, 'parquet');
    await download.run();
    const rows = Buffer.from(`PAR1${service.rows.join('')}`);
    expect(sink.bytes()).toEqual(Buffer.concat([rows, FOOTER]));
    expect(sink.isFinished()).toBe(true);
    expect(last()).toMatchObject({
      status: 'done',
      rows: 25,
      isVerified: true,
      receipt: { complete: true, sha256: sha256(rows) },
    });
    expect(states.find(({ status, rows: known }) => status === 'running' && known > 0)?.rows).toBeLessThan(
      25,
    );
  });

  test.each([
    ['breaks', { cutAfter: 2 }, 'network error'],
    ['is cut', { cutFooter: true }, 'The answer was cut.'],
    ['has other bytes than were sent', { spoil: true }, 'the digests differ'],
  ])('Parquet that %s keeps nothing, and begins again', async (_, fate, words) => {
    const service = createService(25, 'parquet', [fate]);
    const { sink, download, last } = start(service, 'parquet');
    await download.run();
    const paused = {
      status: 'paused',
      rows: 0,
      bytes: 0,
      place: null,
      words: expect.stringContaining(words),
    };
    expect(last()).toMatchObject(paused);
    expect(sink.bytes()).toHaveLength(0);
    await download.run();
    expect(last()).toMatchObject({ status: 'done', rows: 25, isVerified: true });
    expect(service.asked.every((address) => !address.includes('after='))).toBe(true);
  });

  test('a reader who cancels Parquet keeps nothing', async () => {
    let pause = (): void => {};
    const service = createService(100, 'parquet', [{ onPage: (page) => page === 4 && pause() }]);
    const { sink, download, last } = start(service, 'parquet');
    pause = () => download.pause();
    await download.run();
    expect(last()).toMatchObject({ status: 'paused', words: '', bytes: 0 });
    expect(sink.bytes()).toHaveLength(0);
    await download.run();
    expect(last()).toMatchObject({ status: 'done', rows: 100, isVerified: true });
  });

  test('Parquet of a vendor that fails is a whole file of the rows before, and its receipt says so', async () => {
    const service = createService(25, 'parquet', [{ failAfter: 1 }]);
    const { sink, download, last } = start(service, 'parquet');
    await download.run();
    expect(last()).toMatchObject({
      status: 'done',
      rows: 10,
      isVerified: true,
      receipt: { complete: false },
    });
    expect(sink.isFinished()).toBe(true);
  });

  test('a refusal is in the words of the service', async () => {
    const { download, last } = start({
      ...createService(1, 'ndjson', []),
      fetch: async () => Response.json({ errors: [{ message: '4 exports run.' }] }, { status: 429 }),
    });
    await download.run();
    expect(last()).toMatchObject({ status: 'refused', words: '4 exports run.' });
  });
});

describe('the receipt in a file of its own', () => {
  const receipt: Receipt = {
    rows: 1,
    sha256: '0'.repeat(64),
    complete: true,
    endCursor: null,
    coverage: [span()],
    of: { ...OF, format: 'csv' },
  };

  test('names its file, and says in the words of the service what it is of', () => {
    expect(JSON.parse(writeReceiptFile(receipt, 'calls.csv'))).toEqual({
      file: 'calls.csv',
      export: receipt,
    });
  });

  test('names the sources that do not say how long they keep rows', () => {
    const keeping = [
      { source: 'USAGE', retention: null },
      { source: 'EVENTS', retention: null },
    ];
    expect(listUnknownKeeping(receipt, keeping)).toEqual(['USAGE']);
    expect(listUnknownKeeping(receipt, [{ source: 'USAGE', retention: 'P30D' }])).toEqual([]);
  });
});
