import { createHistogram } from 'node:perf_hooks';
import { Pool } from 'undici';

export interface LoadOptions {
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The requests to send in turn, from the first on. */
  readonly requests: readonly { readonly path: string; readonly body: string }[];
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** The last answer of each connection, with the place of its request. */
  readonly lastAnswers: readonly { readonly request: number; readonly text: string }[];
}

/**
 * Sends requests over keep-alive connections, on each one after the other, and ends when the time is over and all are answered.
 * @throws Error for an answer without status 200
 */
export async function runLoad(options: LoadOptions): Promise<LoadResult> {
  const { requests, connections, seconds } = options;
  const pool = new Pool(options.origin, { connections, pipelining: 1 });
  const headers = { 'content-type': 'application/json', ...options.headers };
  const latencies = createHistogram();
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1_000;
  let sent = 0;
  const runConnection = async () => {
    let last = { request: 0, chunks: [] as readonly Buffer[] };
    while (performance.now() < endMs) {
      const request = sent % requests.length;
      sent += 1;
      const { path, body } = requests[request]!;
      const beganMs = performance.now();
      const chunks = await exchange(pool, path, body, headers);
      latencies.record(Math.max(1, Math.round((performance.now() - beganMs) * 1_000)));
      last = { request, chunks };
    }
    return { request: last.request, text: Buffer.concat(last.chunks).toString('utf8') };
  };
  try {
    const lastAnswers = await Promise.all(Array.from({ length: connections }, runConnection));
    return {
      requests: sent,
      seconds: (performance.now() - startedMs) / 1_000,
      p50: latencies.percentile(50) / 1_000,
      p99: latencies.percentile(99) / 1_000,
      lastAnswers,
    };
  } finally {
    await pool.close();
  }
}

/** Sends one request over a pool. `dispatch` costs less than `request`, and the load shares its core with the vendor. */
function exchange(
  pool: Pool,
  path: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<readonly Buffer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    pool.dispatch(
      { path, method: 'POST', body, headers },
      {
        onRequestStart() {},
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          if (status === 200) resolve(chunks);
          else reject(new Error(`status ${status}: ${Buffer.concat(chunks).toString('utf8').slice(0, 300)}`));
        },
        onResponseError(_controller, error) {
          reject(error);
        },
      },
    );
  });
}
