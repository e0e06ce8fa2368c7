import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { createRunningDigest } from '../base/sealing.ts';
import type { RunningDigest } from '../base/sealing.ts';
import type { ExportFormat } from '../http/export/lists.ts';
import type { Receipt } from '../http/export/receipts.ts';

/** What an export asks for, by the parameters of its address. Two exports of one question have the same rows. */
export interface ExportQuestion {
  readonly list: string;
  readonly format: ExportFormat;
  readonly range: string | null;
  readonly filter: string | null;
  readonly fields: string | null;
}

/** A piece of a file as one answer brought it, with the digest that the service gave for it. */
export interface Segment {
  readonly bytes: number;
  readonly sha256: string;
}

/** A place inside a file from which the export can go on. */
export interface Checkpoint {
  /** The pieces before it, in order. */
  readonly segments: readonly Segment[];
  /** Of these pieces together. Its digest is not used. */
  readonly receipt: Receipt;
}

/** How far into the file the place is. */
export function bytesOf({ segments }: Pick<Checkpoint, 'segments'>): number {
  return segments.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** A file that is being written beside its place. */
export interface PartFile {
  /** Where the file began again; null: at its start. */
  readonly start: Checkpoint | null;
  /** Where it is until it is finished. */
  readonly path: string;
  readonly digest: RunningDigest;
  bytes(): number;
  write(piece: Uint8Array): Promise<void>;
  /** Notes the place in a second file, so that a later run of the same question goes on there. */
  save(checkpoint: Checkpoint): Promise<void>;
  close(): Promise<void>;
  /** Removes the file. */
  discard(): Promise<void>;
  /** Puts the file in its place. */
  finish(): Promise<void>;
}

const partOf = (out: string): string => `${out}.part`;
const noteOf = (out: string): string => `${out}.part.json`;

/** Opens `FILE.part`. If an earlier run of the same question has left one with its note, goes on in it. */
export async function openPart(out: string, question: ExportQuestion): Promise<PartFile> {
  const start = await readNote(out, question);
  const digest = createRunningDigest();
  let handle: FileHandle;
  if (start) {
    await truncate(partOf(out), bytesOf(start));
    await digestFile(partOf(out), digest);
    handle = await open(partOf(out), 'a');
  } else {
    await rm(noteOf(out), { force: true });
    handle = await open(partOf(out), 'w');
  }
  let bytes = start ? bytesOf(start) : 0;
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await handle.close();
    isOpen = false;
  };
  return {
    start,
    path: partOf(out),
    digest,
    bytes: () => bytes,
    async write(piece) {
      await handle.writeFile(piece);
      digest.update(piece);
      bytes += piece.length;
    },
    save: (checkpoint) => writeFile(noteOf(out), JSON.stringify({ question, ...checkpoint })),
    close,
    async discard() {
      await close();
      await rm(partOf(out), { force: true });
    },
    async finish() {
      await handle.sync();
      await close();
      await rename(partOf(out), out);
      await rm(noteOf(out), { force: true });
    },
  };
}

/** null: there is none, it is of another question, or the file beside it is not what it was. */
async function readNote(out: string, question: ExportQuestion): Promise<Checkpoint | null> {
  try {
    const note = JSON.parse(await readFile(noteOf(out), 'utf8')) as Checkpoint & {
      readonly question: object;
    };
    const { segments, receipt } = note;
    if (JSON.stringify(note.question) !== JSON.stringify(question)) return null;
    if ((await stat(partOf(out))).size < bytesOf(note)) return null;
    let at = 0;
    for (const { bytes, sha256 } of segments) {
      const digest = createRunningDigest();
      await digestFile(partOf(out), digest, at, bytes);
      if (digest.hex() !== sha256) return null;
      at += bytes;
    }
    return { segments, receipt };
  } catch {
    return null;
  }
}

/** @param length how many bytes from `start` on; left out: all */
export async function digestFile(
  path: string,
  digest: RunningDigest,
  start = 0,
  length = Infinity,
): Promise<void> {
  if (length === 0) return;
  const end = Number.isFinite(length) ? { end: start + length - 1 } : {};
  for await (const piece of createReadStream(path, { start, ...end })) digest.update(piece as Buffer);
}
