import type { Config } from '../config/config.ts';
import { createRedisConnection } from '../upstream/redis/connection.ts';
import { createFindings } from './finding.ts';
import type { Finding } from './finding.ts';

const PROBE_KEY = 'sightline:doctor';
const PROBE_TTL_MS = 10_000;
const REDIS_TRIES = 20;
const REDIS_PAUSE_MS = 100;

/** Writes and reads one key that expires. */
export async function examineRedis(
  { sharedCache }: Config,
  wait: (ms: number) => Promise<void>,
): Promise<readonly Finding[]> {
  const findings = createFindings('REDIS');
  if (!sharedCache) {
    findings.add('Redis', 'ok', 'nothing', 'REDIS_URL is not set, or a sandbox is served');
    return findings.all;
  }
  const asked = `one key written and read, within ${sharedCache.timeoutMs} ms`;
  const connection = createRedisConnection(sharedCache.url);
  try {
    const tookMs = await probe(connection, wait);
    if (tookMs === null) {
      const advice =
        'Check REDIS_URL, the network, and the rights of its user (GET, SET, EVAL on sightline:*).';
      findings.add('Redis', 'wrong', asked, 'it can not be reached, or refuses', advice);
    } else if (tookMs > sharedCache.timeoutMs) {
      const advice = 'Raise SIGHTLINE_REDIS_TIMEOUT_MS, or use a Redis that is nearer.';
      findings.add(
        'Redis',
        'wrong',
        asked,
        `${Math.ceil(tookMs)} ms, so the service would go on without it`,
        advice,
      );
    } else findings.add('Redis', 'ok', asked, `${Math.ceil(tookMs)} ms`);
  } finally {
    await connection.close();
  }
  return findings.all;
}

/** How long one read takes in milliseconds; null: it fails. */
async function probe(
  connection: ReturnType<typeof createRedisConnection>,
  wait: (ms: number) => Promise<void>,
): Promise<number | null> {
  for (let tries = 0; tries < REDIS_TRIES; tries += 1) {
    try {
      await connection.set(PROBE_KEY, Buffer.from('1'), PROBE_TTL_MS);
      const startMs = performance.now();
      await connection.get(PROBE_KEY);
      return performance.now() - startMs;
    } catch {
      // There is no connection yet.
      await wait(REDIS_PAUSE_MS);
    }
  }
  return null;
}
