import * as z from 'zod';
import type { TransportAnswer } from './transport.ts';
import type { CachePolicy } from './upstream.ts';

/** A vendor's answer as it is shared: word for word, so that bytes of another version are decoded by its reader's rules. */
export interface AnswerEntry extends TransportAnswer {
  readonly scope: string;
  readonly policy: CachePolicy;
  /** Milliseconds since the epoch. */
  readonly readAtMs: number;
}

const LENGTH_BYTES = 4;

const HEAD = z.strictObject({
  scope: z.string(),
  policy: z.strictObject({ freshMs: z.number(), staleIfErrorMs: z.number() }),
  readAtMs: z.int(),
  status: z.union([z.literal(200), z.literal(404)]),
  headers: z.record(z.string(), z.string()),
});

/** The length of the head in four bytes, the head as JSON, the body as it is. */
export function encodeEntry({ body, scope, policy, readAtMs, status, headers }: AnswerEntry): Buffer {
  const { freshMs, staleIfErrorMs } = policy;
  const head = JSON.stringify({
    scope,
    policy: { freshMs, staleIfErrorMs },
    readAtMs,
    status,
    headers: { ...headers },
  });
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(Buffer.byteLength(head));
  return Buffer.concat([length, Buffer.from(head), body]);
}

/** null for bytes that are no entry. */
export function decodeEntry(bytes: Buffer): AnswerEntry | null {
  if (bytes.length < LENGTH_BYTES) return null;
  const bodyAt = LENGTH_BYTES + bytes.readUInt32BE();
  if (bodyAt > bytes.length) return null;
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, bodyAt));
  } catch {
    return null;
  }
  const head = HEAD.safeParse(json);
  return head.success ? { ...head.data, body: bytes.subarray(bodyAt) } : null;
}
