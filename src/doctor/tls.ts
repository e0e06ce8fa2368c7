import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { Source } from '../base/source.ts';
import { DAY_MS, formatInstant } from '../base/time.ts';
import type { Clock } from '../base/time.ts';
import { isLoopbackHost } from '../http/loopback.ts';
import { createFindings } from './finding.ts';
import type { Finding } from './finding.ts';

const HTTPS_PORT = 443;
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
