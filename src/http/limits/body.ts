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
  return { kind: 'body', bytes: Buffer.concat(chunks) };
}
