import { parseArgs } from 'node:util';
import { createApiKey } from '../http/identity/api-keys.ts';
import { EXIT_USAGE, quit, readMessage } from './process.ts';

const USAGE = 'api-key takes a name and scopes: npm run api-key -- NAME usage:read events:read';

/**
 * The command `api-key`. It writes the line to store to the standard output, so that the caller can append it to a file, and the
 * key itself to the error output, so that the file does not receive it.
 */
export function makeApiKey(args: readonly string[]): void {
  const [name, ...scopes] = readWords(args);
  if (name === undefined || scopes.length === 0) return quit(EXIT_USAGE, [USAGE]);
  const made = createApiKey(
    name,
    scopes.flatMap((words) => words.split(',')),
  );
  if (typeof made === 'string') return quit(EXIT_USAGE, [made]);
  process.stderr.write(
    `The key of ${name}, which is not shown again:\n\n  ${made.key}\n\nIts line, for SIGHTLINE_API_KEYS_FILE:\n\n`,
  );
  process.stdout.write(`${made.line}\n`);
}

function readWords(args: readonly string[]): readonly string[] {
  try {
    return parseArgs({ args: [...args], options: {}, allowPositionals: true }).positionals;
  } catch (error) {
    return quit(EXIT_USAGE, [readMessage(error), USAGE]);
  }
}
