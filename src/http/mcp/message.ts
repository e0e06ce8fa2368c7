import { JSON_TYPE } from '../http-message.ts';
import type { HttpAnswer, HttpRequest } from '../http-message.ts';

// Messages of JSON-RPC, as far as they are read before the protocol's library is asked.

export const INVALID_REQUEST = -32_600;
export const METHOD_NOT_FOUND = -32_601;

export function refuseMessage(
  status: number,
  code: number,
  message: string,
  asked: unknown,
  headers: Readonly<Record<string, string>>,
): HttpAnswer {
  const id: unknown = typeof asked === 'object' && asked !== null && 'id' in asked ? asked.id : null;
  const known = typeof id === 'string' || typeof id === 'number' ? id : null;
  const body = JSON.stringify({ jsonrpc: '2.0', id: known, error: { code, message } });
  return { status, headers: { ...JSON_TYPE, ...headers }, body };
}

/** undefined: it is no JSON. */
export function parseMessage(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

export function readMethod(message: unknown): string | null {
  const method: unknown = typeof message === 'object' && message !== null && Reflect.get(message, 'method');
  return typeof method === 'string' ? method : null;
}

export function toRequest({ headers, signal, target }: HttpRequest, body: Buffer): Request {
  const sent = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const host = headers['host'] ?? 'localhost';
  return new Request(`http://${host}${target}`, {
    method: 'POST',
    headers: sent,
    body: body as Uint8Array<ArrayBuffer>,
    signal,
  });
}

export function readType(response: Response): Record<string, string> {
  const type = response.headers.get('content-type');
  return type === null ? {} : { 'content-type': type };
}
