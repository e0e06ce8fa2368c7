import { createHistogram } from 'node:perf_hooks';
import { Pool } from 'undici';

export interface LoadOptions {
  readonly origin: string;
  /** The headers of each connection, in turn: one caller for each. */
  readonly callers: readonly Readonly<Record<string, string>>[];
  /** The requests to send in turn, from the first on. */
  readonly requests: readonly Request[];
  readonly connections: number;
  /** How long to send; 'once': until each request is sent once. */
  readonly seconds: number | 'once';
}

export interface Request {
  readonly path: string;
  readonly body: string;
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
  const { requests, connections, callers, seconds } = options;
  const pool = new Pool(options.origin, { connections, pipelining: 1 });
  const latencies = createHistogram();
  const startedMs = performance.now();
  const endMs = seconds === 'once' ? Infinity : startedMs + seconds * 1_000;
  const most = seconds === 'once' ? requests.length : Infinity;
  let sent = 0;
  const runConnection = async (connection: number) => {
    const caller = callers[connection % callers.length];
    const headers = { 'content-type': 'application/json', ...caller };
    let last = null as { readonly request: number; readonly chunks: readonly Buffer[] } | null;
    while (performance.now() < endMs && sent < most) {
      const request = sent % requests.length;
      sent += 1;
      const { path, body } = requests[request]!;
      const beganMs = performance.now();
      const chunks = await exchange(pool, path, body, headers);
      latencies.record(Math.max(1, Math.round((performance.now() - beganMs) * 1_000)));
      last = { request, chunks };
    }
    return last && { request: last.request, text: Buffer.concat(last.chunks).toString('utf8') };
  };
  try {
    const lastAnswers = await Promise.all(
      Array.from({ length: connections }, (_, connection) => runConnection(connection)),
    );
    return {
      requests: sent,
      seconds: (performance.now() - startedMs) / 1_000,
      p50: latencies.percentile(50) / 1_000,
      p99: latencies.percentile(99) / 1_000,
      lastAnswers: lastAnswers.filter((one) => one !== null),
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
