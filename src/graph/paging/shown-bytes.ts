import { SOURCES } from '../../base/source.ts';
import type { Source } from '../../base/source.ts';
import { HASH_BYTES } from '../../sources/live/row-hash.ts';
import type { ShownPage, ShownSum } from '../../sources/live/shown-rows.ts';

const COUNT_BYTES = 4;
const AT = { from: 0, last: 8, hash: 9, sums: 9 + HASH_BYTES };
const SUM_BYTES = COUNT_BYTES + HASH_BYTES;
/** The size of the rows of a page. One byte is unused, so that it is a multiple of three. */
export const SHOWN_BYTES = AT.sums + 2 * SUM_BYTES + 1;

/** The rows of a page as `SHOWN_BYTES` bytes. */
export function encodeShown({ fromMs, last, sums }: ShownPage): Buffer {
  const bytes = Buffer.alloc(SHOWN_BYTES);
  bytes.writeDoubleBE(fromMs, AT.from);
  bytes.writeUInt8(last ? 1 + SOURCES.indexOf(last.source) : 0, AT.last);
  bytes.writeUIntBE(last?.hash ?? 0, AT.hash, HASH_BYTES);
  for (const source of SOURCES) {
    const at = sumAt(source);
    bytes.writeUInt32BE(sums[source].count, at);
    bytes.writeUIntBE(sums[source].sum, at + COUNT_BYTES, HASH_BYTES);
  }
  return bytes;
}

/** The rows that the bytes hold; null: they name no source. The time may be any number. */
export function decodeShown(bytes: Buffer): ShownPage | null {
  const place = bytes.readUInt8(AT.last);
  const source = place === 0 ? null : SOURCES[place - 1];
  if (source === undefined) return null;
  return {
    fromMs: bytes.readDoubleBE(AT.from),
    last: source && { source, hash: bytes.readUIntBE(AT.hash, HASH_BYTES) },
    sums: { USAGE: readSum(bytes, 'USAGE'), EVENTS: readSum(bytes, 'EVENTS') },
  };
}

function readSum(bytes: Buffer, source: Source): ShownSum {
  const at = sumAt(source);
  return { count: bytes.readUInt32BE(at), sum: bytes.readUIntBE(at + COUNT_BYTES, HASH_BYTES) };
}

function sumAt(source: Source): number {
  return AT.sums + SOURCES.indexOf(source) * SUM_BYTES;
}
