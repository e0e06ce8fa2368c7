import type { Clock } from '../base/time.ts';
import { decodeText, parseJson } from '../upstream/body.ts';
import type { Transport, TransportAnswer } from '../upstream/transport.ts';

/** One answer of a vendor, as it came. */
export interface Exchange {
  readonly status: number;
  readonly headers: TransportAnswer['headers'];
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly body: Buffer;
}

/** A transport that keeps each answer, because the findings need headers and raw rows, which the layers above do not pass on. */
export interface RecordedTransport extends Transport {
  readonly exchanges: readonly Exchange[];
  /** The requests that were sent, answered or not. */
  sent(): number;
}

export function recordTransport(transport: Transport, clock: Clock): RecordedTransport {
  const exchanges: Exchange[] = [];
  let sent = 0;
  return {
    exchanges,
    sent: () => sent,
    async get(request) {
      const sentMs = clock.now();
      sent += 1;
      const { status, headers, body } = await transport.get(request);
      exchanges.push({ status, headers, body, sentMs, receivedMs: clock.now() });
      return { status, headers, body };
    },
    close: () => transport.close(),
  };
}

/** The rows of a list as the vendor wrote them; empty if it is no list. */
export function rawRows({ status, body }: Exchange): readonly Readonly<Record<string, unknown>>[] {
  if (status !== 200) return [];
  const parsed = parseJson(decodeText(body));
  if (!Array.isArray(parsed)) return [];
  return parsed.filter((row): row is Record<string, unknown> => typeof row === 'object' && row !== null);
}
