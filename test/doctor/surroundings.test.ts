import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openArchive } from '../../src/archive/archive.ts';
import { openStore } from '../../src/archive/open-store.ts';
import { systemClock } from '../../src/base/time.ts';
import { readConfig } from '../../src/config/load.ts';
import { examineArchive } from '../../src/doctor/archive.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { examineRedis } from '../../src/doctor/redis.ts';
import { examineTls, shakeHands } from '../../src/doctor/tls.ts';
import { hasRedis, startRedis } from '../support/redis-server.ts';
import type { RedisServer } from '../support/redis-server.ts';

const wait = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));

function configure(env: Readonly<Record<string, string>>) {
  const parsed = readConfig({ EVENTS_API_TOKEN: 'token-of-the-doctor', ...env });
  if (parsed.kind === 'faults') throw new Error(parsed.faults.join('\n'));
  return parsed.config;
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-doctor-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('TLS', () => {
  const timing = { clock: systemClock, timeoutMs: 5_000 };

  test('is wrong if a vendor elsewhere is reached over http, and is not needed on this machine', async () => {
    const [exposed] = await examineTls(
      'EVENTS',
      { baseUrl: 'http://vendor.example/v1', socketPath: null },
      timing,
    );
    expect(exposed).toMatchObject({ verdict: 'wrong', advice: expect.stringContaining('EVENTS_API_URL') });
    const [local] = await examineTls(
      'EVENTS',
      { baseUrl: 'http://127.0.0.1:1/v1', socketPath: null },
      timing,
    );
    expect(local?.verdict).toBe('ok');
  });

  const hasOpenSsl = spawnSync('openssl', ['version']).status === 0;
  test.skipIf(!hasOpenSsl)(
    'is wrong if nobody vouches for the certificate, and the reason is a code',
    async () => {
      const folder = makeFolder();
      const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
      execFileSync(
        'openssl',
        [
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:P-256',
          '-nodes',
          '-days',
          '2',
          '-subj',
          '/CN=localhost',
          '-keyout',
          key,
          '-out',
          cert,
        ],
        { stdio: 'ignore' },
      );
      const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }).on(
        'tlsClientError',
        () => {},
      );
      await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => void server.close());
      const { port } = server.address() as AddressInfo;
      const baseUrl = `https://localhost:${port}/v1`;
      const [, handshake] = await examineTls('EVENTS', { baseUrl, socketPath: null }, timing);
      expect(handshake).toMatchObject({
        check: 'TLS',
        verdict: 'wrong',
        came: 'DEPTH_ZERO_SELF_SIGNED_CERT',
      });
    },
  );

  test('is wrong if nothing listens', async () => {
    expect(await shakeHands(new URL('https://127.0.0.1:9'), 5_000)).toEqual({
      kind: 'failed',
      reason: 'ECONNREFUSED',
    });
  });
});

describe.skipIf(!hasRedis)('Redis', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());

  const examine = (url: string) =>
    examineRedis(configure({ REDIS_URL: url, SIGHTLINE_REDIS_TIMEOUT_MS: '5000' }), wait);

  test('is right if a key can be written and read', async () => {
    expect(await examine(`redis://127.0.0.1:${redis.port}`)).toMatchObject([{ verdict: 'ok' }]);
    expect(await redis.command('PTTL', 'sightline:doctor')).toBeGreaterThan(0);
  });

  test('is wrong if it can not be reached; the report does not hold its address or password', async () => {
    const [finding] = await examine('redis://somebody:a-password-of-redis@127.0.0.1:9');
    expect(finding).toMatchObject({ verdict: 'wrong', advice: expect.stringContaining('REDIS_URL') });
    expect(JSON.stringify(finding)).not.toMatch(/password-of|127\.0\.0\.1/);
  });
});

describe('the archive', () => {
  test('is not made by an examination', async () => {
    const folder = join(makeFolder(), 'archive');
    const [finding] = await examineArchive(configure({ SIGHTLINE_ARCHIVE: folder }), systemClock);
    expect(finding).toMatchObject({ verdict: 'note', came: 'there is none yet' });
  });

  test('is not opened again if this process holds its folder, which nobody else can open', async () => {
    const folder = join(makeFolder(), 'archive');
    const config = configure({ SIGHTLINE_ARCHIVE: folder });
    const { location, rereads } = config.archive!;
    const archive = await openArchive(location, { rereads, onFault: () => {} });
    onTestFinished(() => archive.close());
    const nowMs = systemClock.now();
    const span = { fromMs: nowMs - 7_200_000, toMs: nowMs - rereads.overlapMs };
    await archive.events.commit([], { ...span, firstReadMs: nowMs, lastReadMs: nowMs, dropped: 0 });
    const verdictsOf = (findings: readonly Finding[]) =>
      findings.map(({ asked, verdict }) => [asked, verdict]);
    expect(verdictsOf(await examineArchive(config, { now: () => nowMs }, archive))).toEqual([
      ['the ledger (duckdb) of USAGE', 'note'],
      ['the ledger (duckdb) of EVENTS', 'ok'],
    ]);
  });

  test('is behind if its ledger ends long ago, and right if it ends lately', async () => {
    const folder = join(makeFolder(), 'archive');
    const store = await openStore({ kind: 'duckdb', folder });
    const nowMs = systemClock.now();
    const read = {
      fromMs: nowMs - 7_200_000,
      toMs: nowMs,
      firstReadMs: nowMs,
      lastReadMs: nowMs,
      dropped: 0,
    };
    await store.usage.replaceReads([read]);
    await store.close();
    const config = configure({ SIGHTLINE_ARCHIVE: folder });
    const verdictsAt = async (ms: number) =>
      (await examineArchive(config, { now: () => ms })).map(({ verdict }) => verdict);
    expect(await verdictsAt(nowMs)).toEqual(['ok', 'note']);
    expect(await verdictsAt(nowMs + 86_400_000)).toEqual(['note', 'note']);
  });
});
