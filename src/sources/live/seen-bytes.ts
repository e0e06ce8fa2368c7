import { SOURCES } from '../../base/source.ts';
import { HASH_BYTES } from './row-hash.ts';
import type { SeenBlock, SeenRows } from './seen-rows.ts';
import type { ShownRows } from './shown-rows.ts';

/** What many listeners have seen alike is encoded once. */
const encoded = new WeakMap<SeenRows, Buffer>();

/** What was seen, as bytes. `absent`: hashes of further rows that were seen. */
export function encodeSeen(seen: SeenRows, absent: ReadonlySet<number> = new Set()): Buffer {
  if (absent.size > 0) return encode(seen, absent);
  const known = encoded.get(seen) ?? encode(seen, absent);
  encoded.set(seen, known);
  return known;
}

function encode(seen: SeenRows, absent: ReadonlySet<number>): Buffer {
  const writer = createWriter();
  writer.time(seen.floorMs);
  writer.count(seen.listFromMs - seen.floorMs);
  writer.count(seen.edgeMs - seen.listFromMs);
  writer.count(seen.blocks.length);
  let fromMs = seen.floorMs;
  for (const { toMs, count, sum } of seen.blocks) {
    writer.count(toMs - fromMs);
    writer.count(count);
    if (count > 0) writer.hash(sum);
    fromMs = toMs;
  }
  const listed = new Set([...seen.listed, ...absent]);
  writer.count(listed.size);
  for (const hash of listed) writer.hash(hash);
  const { position, shown } = seen;
  writer.count(position ? 1 + SOURCES.indexOf(position.source) : 0);
  if (position) {
    writer.time(position.timestampMs);
    writer.text(position.id);
    writer.count(shown ? 1 : 0);
    if (shown) encodeShown(writer, shown);
  }
  return writer.bytes();
}

/** What was seen, and how many bytes it took. @throws RangeError for bytes that `encodeSeen` does not make */
export function decodeSeen(bytes: Buffer): { readonly seen: SeenRows; readonly length: number } {
  const reader = createReader(bytes);
  const floorMs = reader.time();
  const listFromMs = floorMs + reader.count();
  const edgeMs = listFromMs + reader.count();
  const blocks: SeenBlock[] = [];
  let toMs = floorMs;
  for (let left = reader.count(); left > 0; left -= 1) {
    toMs += reader.count();
    const count = reader.count();
    blocks.push({ toMs, count, sum: count > 0 ? reader.hash() : 0 });
  }
  const listed = new Set<number>();
  for (let left = reader.count(); left > 0; left -= 1) listed.add(reader.hash());
  const place = reader.count();
  const source = place === 0 ? null : SOURCES[place - 1];
  if (source === undefined) throw new RangeError('There is no such source.');
  const position = source && { source, timestampMs: reader.time(), id: reader.text() };
  const shown = position && reader.count() > 0 ? decodeShown(reader) : null;
  return { seen: { floorMs, listFromMs, edgeMs, blocks, listed, position, shown }, length: reader.length() };
}

function encodeShown(writer: ReturnType<typeof createWriter>, shown: ShownRows): void {
  const { fromMs, last, count, sum } = shown;
  writer.time(fromMs);
  writer.count(last ? 1 + SOURCES.indexOf(last.source) : 0);
  if (last) writer.hash(last.hash);
  writer.count(count);
  writer.hash(sum);
}

function decodeShown(reader: ReturnType<typeof createReader>): ShownRows {
  const fromMs = reader.time();
  const place = reader.count();
  const source = place === 0 ? null : SOURCES[place - 1];
  if (source === undefined) throw new RangeError('There is no such source.');
  const last = source && { source, hash: reader.hash() };
  return { fromMs, last, count: reader.count(), sum: reader.hash() };
}

function createWriter() {
  const chunks: Buffer[] = [];
  const count = (value: number): void => {
    const bytes: number[] = [];
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
    chunks.push(Buffer.from([...bytes, rest]));
  };
  return {
    count,
    hash(value: number): void {
      const bytes = Buffer.alloc(HASH_BYTES);
      bytes.writeUIntBE(value, 0, HASH_BYTES);
      chunks.push(bytes);
    },
    time(ms: number): void {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(ms);
      chunks.push(bytes);
    },
    text(value: string): void {
      const bytes = Buffer.from(value, 'utf8');
      count(bytes.length);
      chunks.push(bytes);
    },
    bytes: () => Buffer.concat(chunks),
  };
}

function createReader(bytes: Buffer) {
  let at = 0;
  const take = (length: number): number => {
    at += length;
    if (at > bytes.length) throw new RangeError('The bytes end too early.');
    return at - length;
  };
  const count = (): number => {
    let value = 0;
    for (let factor = 1; factor < Number.MAX_SAFE_INTEGER; factor *= 128) {
      const byte = bytes.readUInt8(take(1));
      value += (byte % 128) * factor;
      if (byte < 128) break;
    }
    if (!Number.isSafeInteger(value)) throw new RangeError('A number is too large.');
    return value;
  };
  return {
    count,
    hash: () => bytes.readUIntBE(take(HASH_BYTES), HASH_BYTES),
    time(): number {
      const ms = bytes.readDoubleBE(take(8));
      if (!Number.isInteger(ms) || Math.abs(ms) > 8.64e15) throw new RangeError('A time is no date.');
      return ms;
    },
    text(): string {
      const length = count();
      const start = take(length);
      return bytes.toString('utf8', start, start + length);
    },
    length: () => at,
  };
}
