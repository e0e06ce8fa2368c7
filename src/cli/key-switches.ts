import { readFileSync } from 'node:fs';
import { EXIT_USAGE, quit, readMessage } from './process.ts';

/** The switches of commands that ask a running service, by which it knows its caller. */
export interface KeySwitches {
  readonly key?: string;
  readonly 'key-file'?: string;
}

/** The header with the key of a file or of the command line; none without a key. If the file can't be read, the process ends. */
export function readProof({ key, 'key-file': file }: KeySwitches): Readonly<Record<string, string>> {
  const read = file === undefined ? key : readKey(file);
  return read === undefined ? {} : { authorization: `Bearer ${read}` };
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    return quit(EXIT_USAGE, [`--key-file: ${readMessage(error)}`]);
  }
}
