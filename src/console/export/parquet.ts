import type { Sink } from './sink.ts';

/** At the end of a Parquet file: the length of its footer in four bytes, and `PAR1`. */
const TRAILER_BYTES = 8;
const MAGIC = 'PAR1';

/** Where the footer of a Parquet file begins, which the receipt is not about; null: the file is cut. */
export async function findFooter(file: Blob): Promise<number | null> {
  if (file.size < TRAILER_BYTES) return null;
  const trailer = new DataView(await file.slice(file.size - TRAILER_BYTES).arrayBuffer());
  const magic = Array.from(MAGIC, (_, at) => String.fromCharCode(trailer.getUint8(4 + at))).join('');
  const start = file.size - TRAILER_BYTES - trailer.getUint32(0, true);
  return magic === MAGIC && start >= 0 ? start : null;
}

/**
 * Receives the bytes of a file that can't be gone on with. @returns how many came
 * @throws if the connection breaks, or if the reader cancels it
 */
export async function receiveBytes(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  sink: Pick<Sink, 'append'>,
  onBytes: (bytes: number) => Promise<void>,
): Promise<number> {
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes;
    await sink.append(value);
    bytes += value.length;
    await onBytes(bytes);
  }
}
