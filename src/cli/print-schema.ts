import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { readSubgraphLimits } from '../config/config.ts';
import { readConfig } from '../config/load.ts';
import { printSubgraph } from '../graph/federation/sdl.ts';
import { printSortedSchema, schema } from '../graph/schema.ts';
import { EXIT_USAGE, quit, readMessage } from './process.ts';

/** The command `print-schema`: writes the graph, and the same as a subgraph with the default settings, to `schema/`. It takes no arguments. */
export async function printSchema(args: readonly string[]): Promise<void> {
  try {
    parseArgs({ args: [...args], options: {} });
  } catch (error) {
    quit(EXIT_USAGE, [`print-schema takes no arguments. ${readMessage(error)}`]);
  }
  const defaults = readConfig({});
  if (defaults.kind === 'faults') throw new Error(defaults.faults.join('\n'));
  const texts = {
    'schema/schema.graphql': printSortedSchema(schema),
    'schema/subgraph.graphql': printSubgraph(schema, readSubgraphLimits(defaults.config)),
  };
  for (const [path, text] of Object.entries(texts)) {
    await writeFile(new URL(`../../${path}`, import.meta.url), text);
    process.stdout.write(`${path}\n`);
  }
}
