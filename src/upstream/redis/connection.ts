import type { Secret } from '../../base/secret.ts';
import type { Clock } from '../../base/time.ts';
import { createBreaker } from '../breaker.ts';

/** A connection that may fail at any time. `createSharedStore` and `createSharedBuckets` guard their operations on it. */
export interface RedisConnection {
  /** @returns null if there is no such key. @throws (rejects) if the operation fails, at once while there is no connection */
  get(key: string): Promise<Buffer | null>;
  /** @throws (rejects) like `get` */
  set(key: string, bytes: Buffer, ttlMs: number): Promise<void>;
  /**
   * Runs a Lua script on one key as one atomic operation.
   * @returns the text that the script returns
   * @throws (rejects) like `get`
   */
  run(script: string, key: string, words: readonly string[]): Promise<string>;
  /** Ends the connections, and the attempts to connect. */
  close(): Promise<void>;
}

/** What the clients of a node and of a cluster have in common. */
interface Client {
  get(key: string): Promise<Buffer | null>;
  set(key: string, value: Buffer, options: { expiration: { type: 'PX'; value: number } }): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

interface OpenClient {
  readonly client: Client;
  destroy(): void;
}

const CLUSTER = '+cluster:';
// With pings, because the client does not notice otherwise that a connection is dead.
const LIVENESS = { pingInterval: 3_000, connectTimeout: 2_000, socketTimeout: 8_000 };
const RECONNECT_MS = 2_000;

/**
 * Redis or Valkey at `redis://` or `rediss://`; a cluster at `redis+cluster://` or `rediss+cluster://`, any of its nodes.
 * It begins to connect at once, and tries again until it is closed. The client library is imported on demand, so that a
 * service without Redis never loads it.
 * @param url may contain a name and a password
 */
export function createRedisConnection(url: Secret): RedisConnection {
  let open: OpenClient | null = null;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    const address = url.reveal();
    try {
      const opening = address.includes(CLUSTER)
        ? openCluster(address.replace(CLUSTER, ':'))
        : openNode(address);
      const opened = await opening;
      if (isClosed) opened.destroy();
      else open = opened;
    } catch {
      if (!isClosed) timer = setTimeout(() => void connect(), RECONNECT_MS);
    }
  };
  const connecting = connect();

  const need = (): Client => {
    if (!open) throw new Error('The store is not connected.');
    return open.client;
  };
  return {
    get: async (key) => need().get(key),
    async set(key, bytes, ttlMs) {
      await need().set(key, bytes, { expiration: { type: 'PX', value: Math.ceil(ttlMs) } });
    },
    run: async (script, key, words) =>
      String(await need().eval(script, { keys: [key], arguments: [...words] })),
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await connecting;
      open?.destroy();
      open = null;
    },
  };
}

async function openNode(url: string): Promise<OpenClient> {
  const { createClient, RESP_TYPES } = await import('@redis/client');
  const { pingInterval, ...socket } = LIVENESS;
  const client = createClient({
    ...SETTINGS,
    url,
    pingInterval,
    socket: { ...socket, reconnectStrategy: RECONNECT_MS },
  });
  // The client reconnects by itself. Each command fails until it has.
  client.on('error', () => {});
  client.connect().catch(() => {});
  return {
    client: client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }),
    destroy: () => client.destroy(),
  };
}

async function openCluster(url: string): Promise<OpenClient> {
  const { createCluster, RESP_TYPES } = await import('@redis/client');
  const { protocol, username, password } = new URL(url);
  const { pingInterval, ...socket } = LIVENESS;
  const cluster = createCluster({
    RESP: SETTINGS.RESP,
    rootNodes: [{ url }],
    // For all nodes, also those that the first node names.
    defaults: {
      ...SETTINGS,
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
      pingInterval,
      socket: {
        ...socket,
        reconnectStrategy: RECONNECT_MS,
        ...(protocol === 'rediss:' ? { tls: true } : {}),
      },
    },
  });
  cluster.on('error', () => {});
  try {
    await cluster.connect();
  } catch (error) {
    cluster.destroy();
    throw error;
  }
  return {
    client: cluster.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer }),
    destroy: () => cluster.destroy(),
  };
}

/** RESP 2, because every version of Redis and Valkey speaks it. No offline queue, because late answers are of no use. */
const SETTINGS = {
  RESP: 2,
  disableOfflineQueue: true,
  disableClientInfo: true,
  commandsQueueMaxLength: 10_000,
} as const;

/** Runs one store operation. null: it failed, took longer than `ms`, or was not tried. Never rejects. */
export type RedisGuard = <Value>(work: () => Promise<Value>, ms: number) => Promise<Value | null>;

export interface RedisGuardOptions {
  readonly clock: Clock;
  /** Called once when operations begin to fail, and not again until one has worked. Must not throw. */
  readonly onTrouble?: () => void;
}

// Opens if more than half of the latest ten operations failed. Then one operation in five seconds is tried.
const RULE = { breakerOpenMs: 5_000, breakerWindow: 10, breakerThreshold: 0.5, breakerMinimum: 3 };

/** A breaker and a timeout around the operations of a store, so that a slow or missing store soon costs no time. */
export function createRedisGuard({ clock, onTrouble }: RedisGuardOptions): RedisGuard {
  const breaker = createBreaker(clock, RULE);
  let isTroubled = false;
  return async (work, ms) => {
    const report = breaker.permit();
    if (!report) return null;
    try {
      const value = await within(work(), ms);
      report('fine');
      if (!breaker.isOpen()) isTroubled = false;
      return value;
    } catch {
      report('fault');
      if (breaker.isOpen() && !isTroubled) {
        isTroubled = true;
        onTrouble?.();
      }
      return null;
    }
  };
}

const STEPS = 4;

/** Times out in four steps, so that a blocked event loop is not mistaken for a slow store. */
function within<Value>(work: Promise<Value>, ms: number): Promise<Value> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout;
    const wait = (steps: number): void => {
      timer = setTimeout(() => {
        if (steps > 1) wait(steps - 1);
        // What has arrived during the last step is read before `setImmediate`.
        else setImmediate(() => reject(new Error('The store did not answer in time.')));
      }, ms / STEPS);
    };
    wait(STEPS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
