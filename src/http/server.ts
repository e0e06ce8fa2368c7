import { createServer } from 'node:http';
import type { RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as elapse } from 'node:timers/promises';

export interface RunningServer {
  /** Where it answers, for people of this machine: `http://127.0.0.1:4000`. */
  readonly url: string;
  /**
   * Takes no more once `noticeMs` have passed, in which whoever sends requests can learn that it should send no more,
   * waits `graceMs` at most for what is under way, then ends the connections.
   */
  close(graceMs: number, noticeMs?: number): Promise<void>;
}

export interface ServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly handle: RequestListener;
  /** How long a caller may take over its headers. */
  readonly headersTimeoutMs?: number;
  /** How long a caller may take over the whole request. */
  readonly requestTimeoutMs?: number;
  /** How long a caller may take to read an answer: the page of GraphiQL over a slow line takes 20 s. */
  readonly unreadTimeoutMs?: number;
}

// Node looks every 30 s if not told otherwise, and a slow caller would stay as long.
const MAX_LOOK_MS = 1_000;
const SWEEP_MS = 50;

/**
 * Opens the port.
 * @throws Error with the system's code: `EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { host, port, handle, headersTimeoutMs = 5_000, requestTimeoutMs = 10_000 } = options;
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
      // The next request of this caller's goes elsewhere, instead of into a connection that is about to end.
      if (isClosing) response.shouldKeepAlive = false;
      open.add(response);
      response.once('close', () => open.delete(response));
      handle(request, response);
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
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
      // A connection whose last answer is out would be kept for a next request.
      const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      stopDropping();
      clearInterval(sweep);
      clearTimeout(timer);
    },
  };
}

/**
 * Ends the connections whose caller does not read its answer: Node bounds how long a request may take to come, and not how
 * long an answer may take to go.
 */
function dropUnread(open: ReadonlySet<ServerResponse>, timeoutMs: number): () => void {
  const endedAtMs = new WeakMap<ServerResponse, number>();
  const timer = setInterval(
    () => {
      const nowMs = performance.now();
      for (const response of open) {
        if (!response.writableEnded) continue;
        const sinceMs = endedAtMs.get(response) ?? nowMs;
        endedAtMs.set(response, sinceMs);
        // The socket, which has what waits behind this answer as well.
        if (nowMs - sinceMs >= timeoutMs) response.req.socket.destroy();
      }
    },
    Math.min(MAX_LOOK_MS, timeoutMs),
  );
  timer.unref();
  return () => clearInterval(timer);
}
