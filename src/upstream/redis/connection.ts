import type { Secret } from '../../base/secret.ts';

/** The bare connection to a store; it fails freely, and `createSharedStore` and `createSharedBuckets` make something reliable of it. */
export interface RedisConnection {
  /** @returns null where there is nothing. @throws (rejects) where it can't be told, at once while not connected */
  get(key: string): Promise<Buffer | null>;
  /** @throws (rejects) like `get` */
  set(key: string, bytes: Buffer, ttlMs: number): Promise<void>;
  /**
   * Runs a script in Lua over one key, with nothing else in between.
   * @returns the text that it returns
   * @throws (rejects) like `get`
   */
  run(script: string, key: string, words: readonly string[]): Promise<string>;
  /** Ends the connections, and the attempts to have one. */
  close(): Promise<void>;
}

/** As much of a client as is used here; one node's and a cluster's are alike in it. */
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
// The client takes Redis's word for a live connection; a ping it does not answer tells that there is none any more.
const LIVENESS = { pingInterval: 3_000, connectTimeout: 2_000, socketTimeout: 8_000 };
const RECONNECT_MS = 2_000;

/**
 * Redis or Valkey at `redis://` or `rediss://`; a cluster at `redis+cluster://` or `rediss+cluster://`, any of its nodes.
 * Begins to connect at once and goes on until it is closed. The client is loaded here only, so that a service without
 * Redis never loads it.
 * @param url may hold a name and a password
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
  // It goes on trying by itself; that it fails shows in each command.
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
    // Also for the nodes that the first one tells of.
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

/** RESP 2, which Redis and Valkey of any age speak. What can't be sent now is not wanted later. */
const SETTINGS = {
  RESP: 2,
  disableOfflineQueue: true,
  disableClientInfo: true,
  commandsQueueMaxLength: 10_000,
} as const;
