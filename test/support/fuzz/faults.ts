import { TransportFailure } from '../../../src/upstream/transport.ts';
import type { TransportAnswer } from '../../../src/upstream/transport.ts';
import type { Dice } from './dice.ts';

/** The ways in which one answer may be spoilt. */
export const FAULTS = [
  'unavailable',
  'bad-gateway-page',
  'rate-limited',
  'vendor-pause',
  'timeout',
  'unreachable',
  'cut',
  'half',
  'list-of-null',
  'error-in-list',
  'error-object',
  'html',
  'html-404',
  'empty-body',
  'one-bad-row',
  'swapped',
] as const;
export type Fault = (typeof FAULTS)[number];

/** Faults that change only some rows of a list. They need at least two rows. */
const OF_ROWS: readonly Fault[] = ['one-bad-row', 'swapped'];

/** A random fault that is possible for this answer. */
export function drawFault(dice: Dice, answer: TransportAnswer): Fault {
  const fault = dice.pick(FAULTS);
  if (!OF_ROWS.includes(fault)) return fault;
  return readRows(answer).length >= 2 ? fault : 'unavailable';
}

/** The spoilt answer. @throws TransportFailure */
export function spoil(fault: Fault, answer: TransportAnswer, dice: Dice): TransportAnswer {
  switch (fault) {
    case 'unavailable':
      return text(dice.pick([500, 502, 503]), 'application/json', '{"message":"Internal error"}');
    case 'bad-gateway-page':
      return text(502, 'text/html', '<html><body>Bad gateway</body></html>');
    case 'rate-limited':
      return text(429, 'application/json', '{"message":"Slow down"}');
    case 'vendor-pause':
      return { ...text(429, 'text/plain', ''), headers: { 'retry-after': '9999' } };
    case 'timeout':
      throw new TransportFailure('timeout');
    case 'unreachable':
      throw new TransportFailure('unreachable', undefined, 'ECONNREFUSED');
    case 'cut':
      throw new TransportFailure('cut', answer.status);
    case 'half':
      return { ...answer, status: 200, body: answer.body.subarray(0, Math.floor(answer.body.length * 0.6)) };
    case 'list-of-null':
      return text(200, 'application/json', '[null]');
    case 'error-in-list':
      return text(200, 'application/json', '[{"message":"Internal error"}]');
    case 'error-object':
      return text(200, 'application/json', '{"requestId":"r1","message":"Internal error"}');
    case 'html':
      return text(200, 'text/html', '<html><body>Sign in</body></html>');
    case 'html-404':
      return text(404, 'text/html', '<html><body>No such page</body></html>');
    case 'empty-body':
      return text(200, 'application/json', '');
    case 'one-bad-row': {
      const rows = readRows(answer);
      rows[dice.int(0, rows.length - 1)] = dice.pick([null, { message: 'Internal error' }, 7]);
      return withRows(answer, rows);
    }
    case 'swapped': {
      const rows = readRows(answer);
      const [first, last] = [rows[0], rows.at(-1)];
      rows[0] = last;
      rows[rows.length - 1] = first;
      return withRows(answer, rows);
    }
  }
}

const INTEGER = /"#(-?\d+)#"/g;

/** Quotes the ids before parsing, because JSON.parse would round long ones. */
function readRows({ status, body }: TransportAnswer): unknown[] {
  if (status !== 200) return [];
  const quoted = body.toString('utf8').replaceAll(/"id":(-?\d+)/g, '"id":"#$1#"');
  const value: unknown = JSON.parse(quoted);
  return Array.isArray(value) ? value : [];
}

function withRows(answer: TransportAnswer, rows: readonly unknown[]): TransportAnswer {
  return { ...answer, body: Buffer.from(JSON.stringify(rows).replaceAll(INTEGER, '$1')) };
}

function text(status: number, type: string, body: string): TransportAnswer {
  return { status, headers: { 'content-type': type }, body: Buffer.from(body) };
}
