import { useEffect, useRef, useState } from 'react';
import { proofHeaders } from '../graph/credentials.ts';
import { createDownload } from './download.ts';
import type { Download, DownloadState } from './download.ts';
import { nameFile } from './question.ts';
import type { ExportQuestion } from './question.ts';
import { createDiskSink, createMemorySink } from './sink.ts';

const TYPES = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
} as const;

/** Runs one export at a time. Leaving the page discards it. */
export function useDownload() {
  const [state, setState] = useState<DownloadState | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [file, setFile] = useState<string | null>(null);
  const running = useRef<Download | null>(null);
  useEffect(() => () => running.current?.discard(), []);
  const start = async (question: ExportQuestion, toDisk: boolean): Promise<void> => {
    running.current?.discard();
    setFault(null);
    const name = nameFile(question);
    try {
      const disk = toDisk ? await createDiskSink(name) : null;
      const sink = disk ?? createMemorySink(name, TYPES[question.format]);
      setFile(disk?.name ?? name);
      const download = createDownload({
        question,
        sink,
        fetch: (address, signal) => fetch(address, { headers: proofHeaders(), signal }),
        digest: createDigest(),
        now: () => performance.now(),
        onChange: setState,
      });
      running.current = download;
      await download.run();
    } catch (error) {
      // A reader who picks no file wants no export.
      const isCancelled = error instanceof DOMException && error.name === 'AbortError';
      if (!isCancelled) setFault(error instanceof Error ? error.message : String(error));
    }
  };
  return {
    state,
    fault,
    /** The name of the file; null: no export was begun. */
    file,
    start,
    pause: () => running.current?.pause(),
    resume: () => void running.current?.run(),
    discard: () => {
      running.current?.discard();
      running.current = null;
      setState(null);
    },
  };
}

/** null: the browser digests only on pages that came over TLS or from this machine. */
function createDigest(): ((bytes: ArrayBuffer) => Promise<string>) | null {
  if (!globalThis.isSecureContext) return null;
  return async (bytes) => {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  };
}
