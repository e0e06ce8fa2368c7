import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from 'json-schema-to-typescript';
import type { JSONSchema } from 'json-schema-to-typescript';
import { parse } from 'yaml';

/** The vendors' contracts, and the files with the types of their JSON. */
export const VENDOR_TYPES = [
  { contract: 'schema/upstream/usage.openapi.yaml', types: 'test/contract/usage-wire.generated.ts' },
  { contract: 'schema/upstream/events.openapi.yaml', types: 'test/contract/events-wire.generated.ts' },
] as const;

const BANNER = (contract: string): string =>
  `// Generated from ${contract} by \`npm run generate:vendor-types\`; never edited by hand.\n`;

/** The TypeScript type of an int64 schema. Integers beyond 2^53 are read as bigint. */
function int64Type(type: unknown): string {
  const names = Array.isArray(type) ? type : [type];
  return names.map((name) => (name === 'integer' ? 'number | bigint' : String(name))).join(' | ');
}

/** Adapts a schema to the generator. */
function adapt(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(adapt);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, part]): [string, unknown] => {
    // A typed index signature would have to fit the named properties as well. `timestamp` does not fit one of counts.
    if (key === 'additionalProperties' && typeof part === 'object') return [key, true];
    return [key, adapt(part)];
  });
  const schema = Object.fromEntries(entries);
  return schema['format'] === 'int64' ? { ...schema, tsType: int64Type(schema['type']) } : schema;
}

/** Generates the text of a file with the types of all schemas of one contract. */
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

// With `--check` it writes nothing, and fails if a file differs from what it would write.
if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  for (const { contract, types } of VENDOR_TYPES) {
    const generated = await generateVendorTypes(root, contract);
    if (!process.argv.includes('--check')) {
      await writeFile(join(root, types), generated);
    } else if (generated !== (await readFile(join(root, types), 'utf8'))) {
      console.error(`${types} does not match ${contract}. Run: npm run generate:vendor-types`);
      process.exitCode = 1;
    }
  }
}
