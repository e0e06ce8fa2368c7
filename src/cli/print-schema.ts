import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { printSortedSchema, schema } from '../graph/schema.ts';
import { EXIT_USAGE, quit, readMessage } from './process.ts';

/** The command `print-schema`: writes the graph to `schema/schema.graphql`. It takes no arguments. */
export async function printSchema(args: readonly string[]): Promise<void> {
  try {
    parseArgs({ args: [...args], options: {} });
  } catch (error) {
    quit(EXIT_USAGE, [`print-schema takes no arguments. ${readMessage(error)}`]);
  }
  const file = new URL('../../schema/schema.graphql', import.meta.url);
  await writeFile(file, printSortedSchema(schema));
  process.stdout.write('schema/schema.graphql\n');
}
