import { constants, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

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
  if (target !== 'stdout') mkdirSync(dirname(target), { recursive: true, mode: OWNER_ONLY.folder });
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
