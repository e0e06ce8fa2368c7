import { readdirSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { schema } from '../../../src/graph/schema.ts';
import { readTool } from '../../../src/http/mcp/tool.ts';
import { readToolSet } from '../../../src/http/mcp/tool-set.ts';
import { hashDocument } from '../../../src/http/trusted-documents.ts';

const faults: unknown[] = [];
const onFault = (error: unknown): void => void faults.push(error);
const tools = await readToolSet({ schema, trustedDocuments: null, onFault });

test('every file is a tool whose name is that of the file', () => {
  const files = readdirSync(new URL('../../../src/http/mcp/tools/', import.meta.url));
  expect([...tools.keys()].toSorted()).toEqual(
    files.map((file) => file.replace('.graphql', '').replaceAll('-', '_')).toSorted(),
  );
  expect(faults).toEqual([]);
});

test.each([...tools.values()])(
  '$name has valid schemas, and says what each argument is',
  ({ input, output }) => {
    const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
    expect(() => ajv.compile(input)).not.toThrow();
    expect(() => ajv.compile(output)).not.toThrow();
    for (const [name, argument] of Object.entries(
      input['properties'] as Record<string, { description?: string }>,
    ))
      expect(argument.description, name).toMatch(/\w/);
  },
);

test('a list with cursors goes on by them, a list of groups by its number, and others do not go on', () => {
  const kindOf = (name: string) => tools.get(name)!.rows?.kind ?? null;
  expect(Object.fromEntries([...tools.keys()].map((name) => [name, kindOf(name)]))).toEqual({
    break_down_calls: 'list',
    calls_over_time: 'list',
    compare_calls: null,
    compare_events: null,
    event_values: null,
    events_over_time: 'list',
    explain_call_spike: null,
    explain_event_spike: null,
    one_entry: null,
    service_status: null,
    what_happened: 'pages',
    who_did_it: 'list',
  });
});

test.each([
  ['has no name', '"Words." query { viewer { scopes } }'],
  ['has no description', 'query Bare { viewer { scopes } }'],
  ['follows a stream', '"Words." subscription Follow { activity { cursor } }'],
  ['reads the schema', '"Words." query Look { __schema { description } }'],
])('a document that %s is no tool', (_name, text) => {
  expect(readTool(schema, text)).toBeNull();
});

test.each([
  ['events { nodes { id } pageInfo { hasNextPage } }', 'coverage { source status from to code }'],
  ['events { nodes { id } coverage { source status from to code } }', 'pageInfo { hasNextPage }'],
  ['events { nodes { id } pageInfo { hasNextPage } coverage { status } }', 'coverage { source status'],
  ['events { nodes { id } pageInfo { hasNextPage } ...C @include(if: $c) }', 'coverage { source status'],
])('a document is refused that could not say whether its answer is all: %s', (selection, missing) => {
  const fragment = 'fragment C on EventConnection { coverage { source status from to code } }';
  const hasFragment = selection.includes('...C');
  const text = `"Words." query Odd${hasFragment ? '($c: Boolean!)' : ''} { ${selection} } ${hasFragment ? fragment : ''}`;
  expect(() => readTool(schema, text)).toThrow(`The tool Odd must select ${missing}`);
});

test('a document that does not fit the schema is a fault, and the other tools are there', async () => {
  const text = '"Words." query Odd { nothing }';
  const trustedDocuments = new Map([[hashDocument(text), text]]);
  const read = await readToolSet({ schema, trustedDocuments, onFault });
  expect(read.size).toBe(tools.size);
  expect(faults).toMatchObject([
    { message: expect.stringContaining('The tool Odd does not fit the schema') },
  ]);
});
