import { constants, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../base/folder.ts';
import { createAuditLine } from './plugins/audit.ts';
import type { AuditLine } from './plugins/audit.ts';
import type { RequestNotes } from './request-notes.ts';

/** The lines of who read what. No operation is answered without its line. */
export interface AuditTrail {
  /** Whether the last line could not be written. */
  isBroken(): boolean;
  /**
   * Writes the line of an operation and returns whether it is written. Never rejects.
   * @param status null: the caller left before the answer was sent
   * @param streamMs how long the stream was open, if it is one that ends
   */
  write(notes: RequestNotes, status: number | null, streamMs?: number): boolean | Promise<boolean>;
}

/** Takes the lines of the trail. */
export interface AuditSink {
  /** Takes a line. @throws if it can't */
  readonly take: (line: AuditLine) => void;
  /** Writes all lines taken so far. @throws if it can't. Left out: `take` writes. */
  readonly commit?: () => void;
}

/**
 * Lines of requests that are answered at the same time are written together: a write costs as much as a tenth of a small request.
 * @param sink null: there is no audit trail, and every answer may go out
 */
export function createAuditTrail(sink: AuditSink | null, onFault: (error: unknown) => void): AuditTrail {
  let isBroken = false;
  let committing: Promise<boolean> | null = null;
  const attempt = (work: () => void): boolean => {
    try {
      work();
      isBroken = false;
    } catch (error) {
      // Each further line would fail with the same error.
      if (!isBroken) onFault(error);
      isBroken = true;
    }
    return !isBroken;
  };
  return {
    isBroken: () => isBroken,
    write(notes, status, streamMs) {
      if (!sink) return true;
      const { take, commit } = sink;
      const line = createAuditLine(notes, status, streamMs);
      if (!commit) return attempt(() => take(line));
      take(line);
      committing ??= new Promise((resolve) => {
        setImmediate(() => {
          committing = null;
          resolve(attempt(commit));
        });
      });
      return committing;
    },
  };
}

/** O_NONBLOCK: if the file is a pipe, opening it does not wait for a reader. */
const FLAGS = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NONBLOCK;
const OWNER_ONLY = { file: 0o600, folder: 0o700 };
const STDOUT = 1;
const NOTHING = Buffer.alloc(0);

/**
 * Opens the audit trail: `stdout`, or a file that only its owner may read. The returned function writes one line, and returns
 * when the system has all of it.
 * @throws Error of the system if the target can't be opened; the returned function, if a line can't be written
 */
export function openAuditFile(
  target: string,
  write: (fd: number, bytes: Buffer, at: number) => number = writeSync,
): (line: string) => void {
  if (target !== 'stdout') makeFolder(dirname(target), OWNER_ONLY.folder);
  const fd = target === 'stdout' ? STDOUT : openSync(target, FLAGS, OWNER_ONLY.file);
  // The rest of a line that was written in part. It must come before the next line.
  let unwritten: Buffer = NOTHING;
  const put = (bytes: Buffer, isBegun: boolean): void => {
    let at = 0;
    try {
      while (at < bytes.length) {
        const written = write(fd, bytes, at);
        if (written === 0) throw new Error('The audit trail accepted no bytes.');
        at += written;
      }
      unwritten = NOTHING;
    } catch (error) {
      unwritten = isBegun || at > 0 ? bytes.subarray(at) : NOTHING;
      throw error;
    }
  };
  return (line) => {
    if (unwritten.length > 0) put(unwritten, true);
    put(Buffer.from(line), false);
  };
}
