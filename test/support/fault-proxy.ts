import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** When a fault begins: on accepting, within the response's head, between head and body, within the body. */
export const FAULT_PHASES = ['connect', 'head', 'first-byte', 'mid-body'] as const;
export type FaultPhase = (typeof FAULT_PHASES)[number];

/** What goes wrong from then on. Times are in milliseconds. */
export type Fault =
  | { readonly kind: 'latency'; readonly ms: number }
  | { readonly kind: 'down' }
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  | { readonly kind: 'slow-close'; readonly ms: number }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'slicer' }
  | { readonly kind: 'cut' };

export interface FaultProxyOptions {
  /** The vendor's port on loopback. */
  readonly targetPort: number;
  readonly fault: Fault;
  readonly phase: FaultPhase;
  /** In [0, 1). Decides at which byte a fault begins, and the size of slices. */
  readonly random: () => number;
}

export interface FaultProxy {
  readonly port: number;
  /** The number of open sockets, on both sides together. */
  openSockets(): number;
  close(): Promise<void>;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const TRICKLE_MS = 10;

/** A TCP proxy in front of a vendor. On every connection one fault begins in one phase of the first answer. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  };
  const later = (ms: number, act: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  };
  const server = createServer({ noDelay: true }, (client) => {
    keep(client);
    const vendor = keep(connect({ port: options.targetPort, host: '127.0.0.1', noDelay: true }));
    client.on('close', () => vendor.destroy());
    client.pipe(vendor);
    passAnswer(vendor, client, options, later);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    openSockets: () => sockets.size,
    async close() {
      for (const timer of timers) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Passes the vendor's bytes on unchanged until the phase begins, and through the fault from then on. */
function passAnswer(
  vendor: Socket,
  client: Socket,
  { phase, fault, random }: FaultProxyOptions,
  later: (ms: number, act: () => void) => void,
): void {
  const faulty = createFaultyEnd(client, fault, random, later);
  let held: Buffer = Buffer.alloc(0);
  let hasBegun = false;
  const begin = (at: number): void => {
    hasBegun = true;
    if (at > 0) client.write(held.subarray(0, at));
    faulty.begin();
    if (held.length > at) faulty.write(held.subarray(at));
  };
  if (phase === 'connect') begin(0);
  vendor.on('data', (chunk: Buffer) => {
    if (hasBegun) return faulty.write(chunk);
    held = Buffer.concat([held, chunk]);
    const headEnd = held.indexOf(HEAD_END);
    const bodyAt = headEnd + HEAD_END.length;
    if (phase === 'head') begin(1 + Math.floor(random() * Math.min(held.length - 1, 30)));
    else if (headEnd < 0) return;
    else if (phase === 'first-byte') begin(bodyAt);
    else if (held.length > bodyAt + 1) {
      begin(bodyAt + 1 + Math.floor(random() * (held.length - bodyAt - 1)));
    }
  });
  vendor.on('end', () => (hasBegun ? faulty.end() : client.end()));
}

interface FaultyEnd {
  begin(): void;
  write(bytes: Buffer): void;
  end(): void;
}

function createFaultyEnd(
  client: Socket,
  fault: Fault,
  random: () => number,
  later: (ms: number, act: () => void) => void,
): FaultyEnd {
  const write = (bytes: Buffer): void => {
    if (client.writable) client.write(bytes);
  };
  const end = (): void => void client.end();
  const nothing = (): void => {};
  switch (fault.kind) {
    case 'latency':
      return {
        begin: nothing,
        write: (bytes) => later(fault.ms, () => write(bytes)),
        end: () => later(fault.ms, end),
      };
    case 'down':
      return { begin: end, write: nothing, end: nothing };
    case 'reset':
      return { begin: () => void client.resetAndDestroy(), write: nothing, end: nothing };
    case 'timeout':
      return { begin: nothing, write: nothing, end: nothing };
    case 'slow-close':
      return { begin: nothing, write, end: () => later(fault.ms, end) };
    case 'cut':
      return {
        begin: nothing,
        // A part of the bytes, never all.
        write: (bytes) => {
          write(bytes.subarray(0, Math.floor(random() * bytes.length)));
          end();
        },
        end,
      };
    case 'bandwidth':
      return createTrickle(write, end, later, () => [
        (fault.bytesPerSecond * TRICKLE_MS) / 1_000,
        TRICKLE_MS,
      ]);
    case 'slicer':
      return createTrickle(write, end, later, () => [1 + Math.floor(random() * 300), 0]);
  }
}

/** Writes its input in slices, with a pause after each. */
function createTrickle(
  write: (bytes: Buffer) => void,
  end: () => void,
  later: (ms: number, act: () => void) => void,
  next: () => readonly [bytes: number, pauseMs: number],
): FaultyEnd {
  let pending: Buffer = Buffer.alloc(0);
  let isEnding = false;
  let isRunning = false;
  const run = (): void => {
    isRunning = pending.length > 0;
    if (!isRunning) return isEnding ? end() : undefined;
    const [bytes, pauseMs] = next();
    const size = Math.max(1, Math.floor(bytes));
    write(pending.subarray(0, size));
    pending = pending.subarray(size);
    later(pauseMs, run);
  };
  return {
    begin: () => {},
    write(bytes) {
      pending = Buffer.concat([pending, bytes]);
      if (!isRunning) run();
    },
    end() {
      isEnding = true;
      if (!isRunning) run();
    },
  };
}
