import { pipeline, Readable } from 'node:stream';
import { constants, createGzip, createZstdCompress } from 'node:zlib';

export type Encoding = 'zstd' | 'gzip';

/** The best encoding that an `accept-encoding` header takes; null: none. */
export function chooseEncoding(header: string | undefined): Encoding | null {
  const accepted = new Map(
    (header ?? '').split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase());
      const weight = parameters.find((word) => word.startsWith('q='))?.slice('q='.length) ?? '1';
      return [name, Number(weight)];
    }),
  );
  const takes = (name: Encoding): boolean => (accepted.get(name) ?? accepted.get('*') ?? 0) > 0;
  return takes('zstd') ? 'zstd' : takes('gzip') ? 'gzip' : null;
}

/** The same bytes, compressed piece by piece, so that a reader has each page when it is written. */
export function compress(pieces: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncIterable<Uint8Array> {
  const compressor =
    encoding === 'gzip'
      ? createGzip({ flush: constants.Z_SYNC_FLUSH })
      : createZstdCompress({ flush: constants.ZSTD_e_flush });
  // Its error destroys the compressor, and so reaches the reader.
  return pipeline(Readable.from(pieces, { objectMode: false }), compressor, () => {});
}
