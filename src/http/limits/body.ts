import type { IncomingMessage } from 'node:http';

/** A body may not be longer. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/**
 * Bounds a body. With a `Content-Length`, Node's parser holds the sender to it, and the body is left unread: null. Without
 * one, it is read here.
 * @throws BodyTooLarge for more than `maxBytes`
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | null> {
  const length = request.headers['content-length'];
  if (length !== undefined) {
    if (Number(length) > maxBytes) throw new BodyTooLarge();
    return null;
  }
  if (request.headers['transfer-encoding'] === undefined) return null;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
