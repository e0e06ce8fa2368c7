import { RequestError } from '../../base/errors.ts';

/** Where an answer with numbered rows was cut, and the range that the next one must have to number them alike. */
export interface Place {
  readonly skipped: number;
  readonly from: string;
  readonly to: string;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

/** It is not sealed, because it holds nothing that the caller could not ask for by other arguments. */
export function encodePlace({ skipped, from, to }: Place): string {
  return Buffer.from(JSON.stringify([skipped, from, to])).toString('base64url');
}

/** @throws RequestError `CURSOR_INVALID` */
export function decodePlace(text: unknown): Place {
  try {
    const [skipped, from, to] = JSON.parse(Buffer.from(String(text), 'base64url').toString()) as unknown[];
    if (Number.isSafeInteger(skipped) && Number(skipped) > 0 && isInstant(from) && isInstant(to))
      return { skipped: Number(skipped), from, to };
  } catch {
    // It is refused below.
  }
  throw new RequestError('CURSOR_INVALID', "'after' is no value that this tool has given.");
}

function isInstant(value: unknown): value is string {
  return typeof value === 'string' && INSTANT.test(value);
}
