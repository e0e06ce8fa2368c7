import { createServer } from 'node:http';
import type { RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as elapse } from 'node:timers/promises';

export interface RunningServer {
  /** The address to open on this machine: `http://127.0.0.1:4000`. */
  readonly url: string;
  /**
   * Answers for `noticeMs` more, so that load balancers notice the shutdown. Then takes no more requests, waits at most
   * `graceMs` for those under way, and ends the connections.
   */
  close(graceMs: number, noticeMs?: number): Promise<void>;
}

export interface ServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Other processes may listen on the same port; the system spreads connections over them. Linux and BSD can do that. */
  readonly sharesPort?: boolean;
  readonly handle: RequestListener;
  /** How long a caller may take to send its headers. */
  readonly headersTimeoutMs?: number;
  /** How long a caller may take to send the whole request. */
  readonly requestTimeoutMs?: number;
  /** How long a caller may take to read an answer. The GraphiQL page takes 20 s over a slow line. */
  readonly unreadTimeoutMs?: number;
}

// Node's default is 30 s, and a slow caller would stay connected that long.
const MAX_LOOK_MS = 1_000;
const SWEEP_MS = 50;

/**
 * Opens the port.
 * @throws Error with the code of the system: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host, port, sharesPort = false, handle } = options;
  const { headersTimeoutMs = 5_000, requestTimeoutMs = 10_000 } = options;
  const { unreadTimeoutMs = 60_000 } = options;
  let isClosing = false;
  const open = new Set<ServerResponse>();
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(MAX_LOOK_MS, headersTimeoutMs),
    },
    (request, response) => {
      // The caller's next request then uses another connection, because this one is about to end.
      if (isClosing) response.shouldKeepAlive = false;
      open.add(response);
      response.once('close', () => open.delete(response));
      handle(request, response);
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, reusePort: sharesPort }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const stopDropping = dropUnread(open, unreadTimeoutMs);
  const { address, family, port: actualPort } = server.address() as AddressInfo;
  const isEverywhere = address === '0.0.0.0' || address === '::';
  const name = isEverywhere ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return {
    url: `http://${name}:${actualPort}`,
    async close(graceMs, noticeMs = 0) {
      isClosing = true;
      for (const response of open) response.shouldKeepAlive = false;
      if (noticeMs > 0) await elapse(noticeMs);
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      // Otherwise a connection whose last answer is sent would stay open for the next request.
      const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      stopDropping();
      clearInterval(sweep);
      clearTimeout(timer);
    },
  };
}

/** Ends connections whose caller does not read its answer: Node bounds the time of a request, but not of its answer. */
function dropUnread(open: ReadonlySet<ServerResponse>, timeoutMs: number): () => void {
  const endedAtMs = new WeakMap<ServerResponse, number>();
  const timer = setInterval(
    () => {
      const nowMs = performance.now();
      for (const response of open) {
        if (!response.writableEnded) continue;
        const sinceMs = endedAtMs.get(response) ?? nowMs;
        endedAtMs.set(response, sinceMs);
        // The whole socket, because further answers wait behind this one.
        if (nowMs - sinceMs >= timeoutMs) response.req.socket.destroy();
      }
    },
    Math.min(MAX_LOOK_MS, timeoutMs),
  );
  timer.unref();
  return () => clearInterval(timer);
}
