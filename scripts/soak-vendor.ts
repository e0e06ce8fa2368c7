import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

// The process of both vendors for the soak test, on loopback. It sends its port, then a report for each message that it
// receives. It ends when the soak test disconnects.

/** What the vendors have counted so far. */
export interface VendorReport {
  readonly calls: number;
  readonly faults: number;
  /** Sockets that are open now. */
  readonly sockets: number;
  readonly mostSockets: number;
}

const DAY_MS = 86_400_000;
/** The share of calls that fail, 0 to 1. */
const share = Number(process.argv[2]);
const sockets = new Set<Socket>();
let mostSockets = 0;
let calls = 0;
let faults = 0;

const server = createServer((request, response) => {
  calls += 1;
  if (calls * share < faults + 1) {
    answer(response, JSON.stringify(answerOf(request.url ?? '/')));
    return;
  }
  faults += 1;
  fail(response);
});
server.on('connection', (socket) => {
  sockets.add(socket);
  mostSockets = Math.max(mostSockets, sockets.size);
  socket.on('close', () => sockets.delete(socket));
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', () => {
  const report: VendorReport = { calls, faults, sockets: sockets.size, mostSockets };
  process.send?.(report);
});
process.on('disconnect', () => process.exit());

/** Fails in one of four ways, in turn. */
function fail(response: ServerResponse): void {
  switch (faults % 4) {
    case 0:
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
      response.write('[{"id":', () => response.destroy());
      return;
    case 1:
      response.destroy();
      return;
    case 2:
      response.writeHead(503).end('busy');
      return;
    default:
      answer(response, '[{"id":');
  }
}

function answer(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function answerOf(target: string): unknown {
  const { pathname, searchParams } = new URL(target, 'http://vendor.test');
  const toMs = Date.parse(
    (searchParams.get('to') ?? searchParams.get('createdTo') ?? '').replace(/^lt:/, ''),
  );
  const createTimes = (): string[] =>
    Array.from({ length: 20 }, (_, index) => new Date(toMs - (index + 2) * 60_000).toISOString());
  if (pathname.endsWith('/events')) {
    return createTimes().map((time, index) => ({
      id: 9_000 - index,
      timestamp: `${time.slice(0, 19)}Z`,
      category: 'authentication',
      action: 'user-login-success',
      description: 'User bob.smith has logged in',
      username: 'bob.smith',
    }));
  }
  if (pathname.includes('/analytics/')) {
    const fromMs = Date.parse(searchParams.get('from') ?? '');
    const startMs = fromMs - (fromMs % DAY_MS);
    return Array.from({ length: Math.ceil((toMs - startMs) / DAY_MS) }, (_, index) => ({
      timestamp: new Date(startMs + index * DAY_MS).toISOString(),
      count: index,
    }));
  }
  const record = (id: string, time: string) => ({
    id,
    usageDate: time.replace('Z', '+00:00'),
    requestStatus: 'SUCCESS',
    requestURI: '/elements/api-v2/hubs',
    requestIP: '172.31.28.13',
    processTime: 12,
  });
  if (!pathname.endsWith('/usage'))
    return record(pathname.split('/').at(-1) ?? '', '2026-01-01T00:00:00.000Z');
  return createTimes().map((time, index) => record(`${Date.parse(time)}-${index}`, time));
}
