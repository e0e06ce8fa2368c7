import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { parse } from 'yaml';

/** The contracts, and where the types of what they put on the wire are kept. */
export const VENDOR_TYPES = [
  { contract: 'schema/upstream/usage.openapi.yaml', types: 'test/contract/usage-wire.generated.ts' },
  { contract: 'schema/upstream/events.openapi.yaml', types: 'test/contract/events-wire.generated.ts' },
] as const;

const BANNER = (contract: string): string =>
  `// Generated from ${contract} by \`npm run generate:vendor-types\`; never edited by hand.\n`;

/** TypeScript's word for an int64 schema: upstream reads integers beyond 2^53 as bigint. */
function int64Type(type: unknown): string {
  const names = Array.isArray(type) ? type : [type];
  return names.map((name) => (name === 'integer' ? 'number | bigint' : String(name))).join(' | ');
}

/** A schema in the words of the generator. */
function adapt(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(adapt);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, part]): [string, unknown] => {
    // An index signature must hold for the named properties, too, which `timestamp` beside the counts does not.
    if (key === 'additionalProperties' && typeof part === 'object') return [key, true];
    return [key, adapt(part)];
  });
  const schema = Object.fromEntries(entries);
  return schema['format'] === 'int64' ? { ...schema, tsType: int64Type(schema['type']) } : schema;
}

/** The types of every schema of one contract, as the text of a file. */
export async function generateVendorTypes(root: string, contract: string): Promise<string> {
  const document = parse(await readFile(join(root, contract), 'utf8')) as {
    components: { schemas: Record<string, JSONSchema> };
  };
  const components = adapt({ schemas: document.components.schemas }) as typeof document.components;
  const parts: string[] = [];
  for (const [name, schema] of Object.entries(components.schemas)) {
    parts.push(
      await compile({ ...schema, components }, name, {
        additionalProperties: false,
        bannerComment: '',
        declareExternallyReferenced: false,
        style: { singleQuote: true, printWidth: 110 },
      }),
    );
  }
  return [BANNER(contract), ...parts].join('\n');
}

// With `--check` nothing is written: the files must already be what would be written.
if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  for (const { contract, types } of VENDOR_TYPES) {
    const generated = await generateVendorTypes(root, contract);
    if (!process.argv.includes('--check')) {
      await writeFile(join(root, types), generated);
    } else if (generated !== (await readFile(join(root, types), 'utf8'))) {
      console.error(`${types} is not what ${contract} says: npm run generate:vendor-types`);
      process.exitCode = 1;
    }
  }
}
