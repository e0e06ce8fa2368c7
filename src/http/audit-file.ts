import { constants, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Not to wait for a reader, where the file is a pipe. */
const FLAGS = constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY | constants.O_NONBLOCK;
const OWNER_ONLY = { file: 0o600, folder: 0o700 };
const STDOUT = 1;
const NOTHING = Buffer.alloc(0);

/**
 * Opens the audit trail: a file, made for its owner alone, or `stdout`. What comes back writes a line and returns once the
 * system has the whole of it.
 * @throws Error of the system, here for a target that can't be opened, and there for a line that can't be written
 */
export function openAuditFile(
  target: string,
  write: (fd: number, bytes: Buffer, at: number) => number = writeSync,
): (line: string) => void {
  if (target !== 'stdout') mkdirSync(dirname(target), { recursive: true, mode: OWNER_ONLY.folder });
  const fd = target === 'stdout' ? STDOUT : openSync(target, FLAGS, OWNER_ONLY.file);
  // What is left of a line that was begun: it comes before any other.
  let unwritten: Buffer = NOTHING;
  const put = (bytes: Buffer, isBegun: boolean): void => {
    let at = 0;
    try {
      while (at < bytes.length) {
        const written = write(fd, bytes, at);
        if (written === 0) throw new Error('The audit trail took nothing.');
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
