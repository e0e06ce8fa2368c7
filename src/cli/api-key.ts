import { parseArgs } from 'node:util';
import { createApiKey } from '../http/identity/api-keys.ts';
import { EXIT_USAGE, quit, readMessage } from './process.ts';

const USAGE = 'api-key needs a name and scopes. npm run api-key -- --help shows how.';

const HELP = `Makes an API key. It prints the key, which is not shown again, and the line to store for it.

  npm run api-key -- NAME SCOPE…

  NAME    names the key in logs and in the audit trail
  SCOPE   usage:read    read usage records and their series
          events:read   read events and their facets
          pii:read      see personal data
          introspect    read the schema
          export        take whole lists away as files, with the scopes above for what they hold
          doctor        have the vendors, Redis and the archive examined at /health/doctor

The line goes to the standard output, and the key to the error output. So this command appends only the line to the file:

  npm run --silent api-key -- dashboard usage:read events:read >> api-keys

Set SIGHTLINE_API_KEYS_FILE=api-keys. A running service reads a changed file again within five seconds. docs/security.md says more.

  -h, --help   print this text
`;

/**
 * The command `api-key`. It writes the line to store to the standard output, so that the caller can append it to a file, and the
 * key itself to the error output, so that the file does not receive it.
 */
export function makeApiKey(args: readonly string[]): void {
  const { values, positionals } = readWords(args);
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const [name, ...scopes] = positionals;
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

function readWords(args: readonly string[]) {
  try {
    const options = { help: { type: 'boolean', short: 'h' } } as const;
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    return quit(EXIT_USAGE, [readMessage(error), USAGE]);
  }
}
