import { access } from 'node:fs/promises';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { findHeld, foldReads } from '../archive/ledger.ts';
import { openStore } from '../archive/open-store.ts';
import { SOURCES } from '../base/source.ts';
import type { Source } from '../base/source.ts';
import { formatInstant } from '../base/time.ts';
import type { Clock } from '../base/time.ts';
import type { Config } from '../config/config.ts';
import { isLoopbackHost } from '../http/loopback.ts';
import { createRedisConnection } from '../upstream/redis/connection.ts';
import { createFindings } from './finding.ts';
import type { Finding } from './finding.ts';

const HTTPS_PORT = 443;
const DAY_MS = 86_400_000;
/** Certificates are renewed a month before they end. */
const SOON_MS = 14 * DAY_MS;

/** How a vendor's TLS was found. */
export type Handshake =
  | { readonly kind: 'done'; readonly protocol: string; readonly endsMs: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** Connects once, as the service does, and sends nothing. */
export function shakeHands(url: URL, timeoutMs: number): Promise<Handshake> {
  return new Promise((resolve) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = connect({
      host,
      port: Number(url.port) || HTTPS_PORT,
      // Node refuses an address as a server's name.
      ...(isIP(host) === 0 ? { servername: host } : {}),
      timeout: timeoutMs,
    });
    const end = (handshake: Handshake): void => {
      socket.destroy();
      resolve(handshake);
    };
    socket.once('secureConnect', () => {
      const endsMs = Date.parse(socket.getPeerCertificate().valid_to);
      end({ kind: 'done', protocol: socket.getProtocol() ?? 'TLS', endsMs });
    });
    socket.once('timeout', () => end({ kind: 'failed', reason: 'no answer in time' }));
    // A code such as CERT_HAS_EXPIRED; the message may hold names of hosts.
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end({ kind: 'failed', reason: error.code ?? 'no TLS' }),
    );
  });
}

/** Judges how a vendor is reached. @param socketPath a socket of this machine needs no TLS */
export async function examineTls(
  source: Source,
  { baseUrl, socketPath }: { readonly baseUrl: string; readonly socketPath: string | null },
  { clock, timeoutMs }: { readonly clock: Clock; readonly timeoutMs: number },
): Promise<readonly Finding[]> {
  const findings = createFindings(source);
  const url = new URL(baseUrl);
  const asked = 'the address in the settings';
  if (socketPath !== null || isLoopbackHost(url.hostname)) {
    findings.add('TLS', 'ok', asked, 'an address of this machine, which needs none');
  } else if (url.protocol !== 'https:') {
    const advice = `Set ${source}_API_URL to an https address: everybody on the way can read the credentials.`;
    findings.add('TLS', 'wrong', asked, 'it is http, without encryption', advice);
  }
  if (url.protocol !== 'https:') return findings.all;
  const handshake = await shakeHands(url, timeoutMs);
  if (handshake.kind === 'failed') {
    const advice =
      'Look at the certificate and the network. A private authority is trusted by NODE_EXTRA_CA_CERTS.';
    findings.add('TLS', 'wrong', 'one handshake', handshake.reason, advice);
    return findings.all;
  }
  const { protocol, endsMs } = handshake;
  const isSoon = endsMs - clock.now() < SOON_MS;
  const came = `${protocol}, the certificate ends at ${formatInstant(endsMs)}`;
  const advice = "The vendor's certificate ends soon: ask the vendor if it is not renewed.";
  findings.add('TLS', isSoon ? 'note' : 'ok', 'one handshake', came, isSoon ? advice : undefined);
  return findings.all;
}

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

/** Opens the archive and reads its ledger. It makes none. */
export async function examineArchive({ archive }: Config, clock: Clock): Promise<readonly Finding[]> {
  const findings = createFindings('ARCHIVE');
  if (!archive) {
    findings.add('archive', 'ok', 'nothing', 'SIGHTLINE_ARCHIVE is not set');
    return findings.all;
  }
  const { location, pace } = archive;
  const asked = `the ledger (${location.kind})`;
  const isMissing =
    location.kind === 'duckdb' &&
    (await access(location.folder).then(
      () => false,
      () => true,
    ));
  if (isMissing) {
    findings.add('archive', 'note', asked, 'there is none yet', 'The service makes it at its first start.');
    return findings.all;
  }
  try {
    const store = await openStore(location);
    try {
      for (const source of SOURCES) {
        const table = source === 'USAGE' ? store.usage : store.events;
        const [newest] = findHeld(foldReads(await table.loadReads()), 0, null);
        const behindMs = newest ? clock.now() - newest.toMs : null;
        const isBehind = behindMs === null || behindMs > 10 * pace.intervalMs + archive.rereads.overlapMs;
        findings.add(
          'archive',
          isBehind ? 'note' : 'ok',
          `${asked} of ${source}`,
          behindMs === null ? 'nothing was read yet' : `it ends ${Math.round(behindMs / 60_000)} minutes ago`,
          isBehind ? 'If the service runs, look in its log for why the archive does not go on.' : undefined,
        );
      }
    } finally {
      await store.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown';
    const advice =
      location.kind === 'duckdb'
        ? 'If the service runs, it holds the folder, and the field service.archive says how the archive does. Otherwise restore it.'
        : 'Check SIGHTLINE_ARCHIVE, the network to the ClickHouse, and the rights of its user.';
    findings.add(
      'archive',
      location.kind === 'duckdb' ? 'unknown' : 'wrong',
      asked,
      `it can't be opened (${reason})`,
      advice,
    );
  }
  return findings.all;
}
