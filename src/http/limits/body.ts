import { Readable } from 'node:stream';
import type { HttpRequest } from '../http-message.ts';

/** `tooLarge`: it has more bytes than it may. `broken`: its sender left before its end. */
export type ReadBody =
  | { readonly kind: 'body'; readonly bytes: Buffer }
  | { readonly kind: 'tooLarge' }
  | { readonly kind: 'broken' };

const EMPTY = Buffer.alloc(0);

/**
 * Reads a body of at most `maxBytes`. A longer one is refused by its `content-length` before it is read, and otherwise at the
 * first byte too many. Never rejects.
 */
export async function readBody({ headers, body }: HttpRequest, maxBytes: number): Promise<ReadBody> {
  if (Number(headers['content-length'] ?? 0) > maxBytes) return { kind: 'tooLarge' };
  if (!body) return { kind: 'body', bytes: EMPTY };
  return body instanceof Readable ? readStream(body, maxBytes) : readChunks(body, maxBytes);
}

/** A stream of Node through its events, which cost a fraction of its iterator. */
function readStream(stream: Readable, maxBytes: number): Promise<ReadBody> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    stream.on('data', (chunk: Uint8Array) => {
      length += chunk.byteLength;
      if (length <= maxBytes) {
        chunks.push(chunk);
        return;
      }
      // The answer ends the connection.
      stream.pause();
      resolve({ kind: 'tooLarge' });
    });
    stream.once('end', () => resolve({ kind: 'body', bytes: concat(chunks) }));
    // `close` without `end`: its sender left.
    stream.once('close', () => resolve({ kind: 'broken' }));
    stream.once('error', () => resolve({ kind: 'broken' }));
  });
}

async function readChunks(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<ReadBody> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      length += chunk.byteLength;
      if (length > maxBytes) return { kind: 'tooLarge' };
      chunks.push(chunk);
    }
  } catch {
    return { kind: 'broken' };
  }
  return { kind: 'body', bytes: concat(chunks) };
}

function concat(chunks: readonly Uint8Array[]): Buffer {
  const [first] = chunks;
  return chunks.length === 1 && Buffer.isBuffer(first) ? first : Buffer.concat(chunks);
}
