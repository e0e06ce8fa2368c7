import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import manifest from '../../package.json' with { type: 'json' };

type Switches = NonNullable<ParseArgsConfig['options']>;

/** Some switches of a command line, and the arguments that are left without them. */
export interface TakenSwitches<Names extends string> {
  /** A switch that needs a value and has none is `true`; a switch that is not given is undefined. */
  readonly values: { readonly [Name in Names]?: string | boolean };
  readonly rest: readonly string[];
}

/**
 * Takes the switches that the caller knows and leaves the others for another command to check, which may run in another process.
 * The last one counts if a switch is given several times.
 */
export function takeSwitches<Known extends Switches>(
  args: readonly string[],
  known: Known,
): TakenSwitches<keyof Known & string> {
  const { tokens } = parseArgs({
    args: [...args],
    options: known,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: { [Name in keyof Known & string]?: string | boolean } = {};
  const taken = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== 'option' || !Object.hasOwn(known, token.name)) continue;
    values[token.name as keyof Known & string] = token.value ?? true;
    taken.add(token.index);
    if (token.value !== undefined && !token.inlineValue) taken.add(token.index + 1);
  }
  return { values, rest: args.filter((_arg, index) => !taken.has(index)) };
}

/** What `--version` prints. */
export const VERSION_LINE: string = `${manifest.version}\n`;

/** What `--help` prints. */
export const HELP = `One GraphQL API over the Usage API and the Events API.

  npm start                      serve GraphQL; without credentials, over sandboxes of both vendors
  npm start -- --usage FILE --events FILE
                                 serve your own exports instead of sandboxes (docs/files.md)
  npm start -- [switches]        pass switches to the sandbox: --seed N --now INSTANT …
  npm start -- --trusted-documents FILE
                                 answer only the documents of a manifest (docs/client/README.md)
  npm start -- --archive FOLDER  copy both logs to a folder and answer from it (docs/archive.md)
  npm run sandbox -- [switches]  run the sandbox alone; its --help lists all switches
  npm run api-key -- NAME SCOPE…
                                 make an API key and the line to store for it; its --help lists the scopes
  npm run doctor                 say whether the vendors, Redis and the archive are as the service expects; its --help lists more
  npm run archive -- COMMAND …   look at the archive, fill, move and seal it; its --help lists the commands
  npm run alerts -- COMMAND …    check alerts, and ask when one would have fired; its --help lists the commands
  npm run export -- LIST         write a whole list of a running service to a file; its --help lists all switches
  npm run mcp                    let an agent ask a running service over stdio; its --help lists all switches
  npm run build                  in a checkout: bundle the sources now and not at the first start
  npm run codegen                in a checkout: write the graph to schema/schema.graphql, and generate the types of the examples

  -h, --help                     print this text
  -v, --version                  print the version

The service reads its settings from the environment and from the file .env: see .env.example.
`;
