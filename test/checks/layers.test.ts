import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import config from '../../oxlint.layers.ts';

const root = join(import.meta.dirname, '../..');
const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');

interface Planted {
  /** The file that breaks a law. */
  readonly file: string;
  readonly source: string;
  /** The message of the checker. */
  readonly law: RegExp;
}

const LAW_1 = /^law 1: /;
const BY_IMPORT_ONLY = /^law 1: .* by import\(\) only$/;
const CLOSED = /^law 1: (?:sandbox|console) imports no other room$/;
const SIBLING = /^law 1: .* sibling|^law 1: never between usage and events/;
const PROCESS = /law 2: only main\.ts and cli\/ read process$/;
const BARREL = /^law 3: no barrels/;
const fence = (rooms: string): RegExp => new RegExp(`^law 2: only ${rooms} may import this package$`);

/** Each file breaks one law, by a value or only by a type. */
const PLANTED: readonly Planted[] = [
  // law 1: upward, in every form of an import
  { file: 'src/base/up-value.ts', source: "import { a } from '../upstream/a.ts';\nvoid a;", law: LAW_1 },
  {
    file: 'src/base/up-type.ts',
    source: "import type { A } from '../graph/a.ts';\nexport type B = A;",
    law: LAW_1,
  },
  {
    file: 'src/base/up-inline-type.ts',
    source: "import { type A } from '../graph/a.ts';\nexport type B = A;",
    law: LAW_1,
  },
  { file: 'src/base/up-re-export.ts', source: "export type { A } from '../graph/a.ts';", law: LAW_1 },
  { file: 'src/base/up-dynamic.ts', source: "export const a = await import('../graph/a.ts');", law: LAW_1 },
  { file: 'src/base/up-bare.ts', source: "import '../http/a.ts';", law: LAW_1 },
  { file: 'src/base/up-crooked.ts', source: "import '../base/../graph/a.ts';", law: LAW_1 },
  { file: 'src/base/up-round.ts', source: "import '../../src/graph/a.ts';", law: LAW_1 },
  {
    file: 'src/base/up-import-type.ts',
    source: "export type A = import('../graph/a.ts').A;",
    law: /type annotations are forbidden/,
  },
  {
    file: 'src/base/up-computed.ts',
    source: 'export const a = (path: string) => import(path);',
    law: /static|literal|require/i,
  },
  {
    file: 'src/sources/live/sideways.ts',
    source: "import type { A } from '../usage/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  {
    file: 'src/sources/timeline/live.ts',
    source: "import type { A } from '../live/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  {
    file: 'src/upstream/up.ts',
    source: "import type { A } from '../sources/usage/a.ts';\nexport type B = A;",
    law: LAW_1,
  },
  {
    file: 'src/sources/usage/up.ts',
    source: "import type { A } from '../../graph/usage/a.ts';\nexport type B = A;",
    law: LAW_1,
  },
  {
    file: 'src/graph/up.ts',
    source: "import type { A } from '../http/a.ts';\nexport type B = A;",
    law: LAW_1,
  },
  { file: 'src/http/up.ts', source: "import type { A } from '../app.ts';\nexport type B = A;", law: LAW_1 },
  {
    file: 'src/http/alerts/sibling.ts',
    source: "import type { A } from '../export/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  {
    file: 'src/http/export/sibling.ts',
    source: "import type { A } from '../alerts/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  {
    file: 'src/http/mcp/sibling.ts',
    source: "import type { A } from '../alerts/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  {
    file: 'src/http/export/agents.ts',
    source: "import type { A } from '../mcp/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  {
    file: 'src/graph/agents.ts',
    source: "import type { A } from '@modelcontextprotocol/server';\nexport type B = A;",
    law: fence('http and cli'),
  },
  {
    file: 'src/http/alerts/post.ts',
    source: "import { Pool } from 'undici';\nvoid Pool;",
    law: fence('upstream'),
  },
  {
    file: 'src/http/alerts/sign.ts',
    source: "import { createHmac } from 'node:crypto';\nvoid createHmac;",
    law: fence('sealing and evidence and sandbox'),
  },
  {
    file: 'src/http/up-config.ts',
    source: "import type { A } from '../config/a.ts';\nexport type B = A;",
    law: LAW_1,
  },
  {
    file: 'src/config/up.ts',
    source: "import type { A } from '../app.ts';\nexport type B = A;",
    law: LAW_1,
  },
  {
    file: 'src/config/up-cli.ts',
    source: "import type { A } from '../cli/a.ts';\nexport type B = A;",
    law: LAW_1,
  },
  {
    file: 'src/doctor/up.ts',
    source: "import type { A } from '../cli/a.ts';\nexport type B = A;",
    law: LAW_1,
  },
  {
    file: 'src/config/up-doctor.ts',
    source: "import type { A } from '../doctor/a.ts';\nexport type B = A;",
    law: LAW_1,
  },
  { file: 'src/cli/up.ts', source: "import type { A } from '../main.ts';\nexport type B = A;", law: LAW_1 },
  { file: 'src/app.ts', source: "import type { A } from './main.ts';\nexport type B = A;", law: LAW_1 },

  // law 1: sideways
  {
    file: 'src/sources/usage/side.ts',
    source: "import { a } from '../events/a.ts';\nvoid a;",
    law: SIBLING,
  },
  {
    file: 'src/sources/events/side.ts',
    source: "import type { A } from '../usage/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  {
    file: 'src/sources/usage/analytics/side.ts',
    source: "import type { A } from '../../events/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  {
    file: 'src/sources/usage/side-up.ts',
    source: "import type { A } from '../timeline/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  {
    file: 'src/sources/paging/side.ts',
    source: "import type { A } from '../usage/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  {
    file: 'src/graph/usage/side.ts',
    source: "import type { A } from '../events/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  {
    file: 'src/graph/usage/side-below.ts',
    source: "import type { A } from '../../sources/events/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  {
    file: 'src/graph/events/side.ts',
    source: "import type { A } from '../usage/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  {
    file: 'src/graph/paging/side.ts',
    source: "import type { A } from '../usage/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  {
    file: 'src/graph/shared.ts',
    source: "import type { A } from './usage/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  { file: 'src/graph/usage/schema-up.ts', source: "import '../schema.ts';", law: LAW_1 },
  {
    file: 'src/graph/cost/side.ts',
    source: "import type { A } from '../timeline/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  {
    file: 'src/graph/cost/side-below.ts',
    source: "import type { A } from '../../sources/usage/a.ts';\nexport type B = A;",
    law: /^law 1: graph\/cost knows no domain/,
  },
  {
    file: 'src/graph/cost/side-service.ts',
    source: "import type { A } from '../service.ts';\nexport type B = A;",
    law: /^law 1: graph\/cost knows no domain/,
  },

  {
    file: 'src/graph/federation/side.ts',
    source: "import type { A } from '../events/a.ts';\nexport type B = A;",
    law: SIBLING,
  },
  {
    file: 'src/graph/federation/schema-up.ts',
    source: "import '../schema.ts';",
    law: /^law 1: graph\/federation is given the schema/,
  },

  // law 1: the sandbox and the console import no layer, and no layer imports them
  {
    file: 'src/sandbox/out.ts',
    source: "import type { A } from '../base/a.ts';\nexport type B = A;",
    law: CLOSED,
  },
  {
    file: 'src/sandbox/deep/out.ts',
    source: "import type { A } from '../../base/a.ts';\nexport type B = A;",
    law: CLOSED,
  },
  {
    file: 'src/console/out.ts',
    source: "import type { A } from '../graph/a.ts';\nexport type B = A;",
    law: CLOSED,
  },
  {
    file: 'src/http/in.ts',
    source: "import type { A } from '../sandbox/a.ts';\nexport type B = A;",
    law: LAW_1,
  },
  { file: 'src/main.ts', source: "import { a } from './sandbox/a.ts';\nvoid a;", law: BY_IMPORT_ONLY },
  {
    file: 'src/cli/sandbox-at-once.ts',
    source: "import { a } from '../sandbox/a.ts';\nvoid a;",
    law: BY_IMPORT_ONLY,
  },

  // law 2: fences
  {
    file: 'src/sources/usage/undici.ts',
    source: "import type { Pool } from 'undici';\nexport type B = Pool;",
    law: fence('upstream'),
  },
  {
    file: 'src/base/redis.ts',
    source: "import type { RedisClientType } from '@redis/client';\nexport type B = RedisClientType;",
    law: fence('upstream'),
  },
  {
    file: 'src/graph/dataloader.ts',
    source: "import DataLoader from 'dataloader';\nvoid DataLoader;",
    law: fence('sources'),
  },
  {
    file: 'src/upstream/counter.ts',
    source: "import { Counter } from 'prom-client';\nvoid Counter;",
    law: fence('http'),
  },
  {
    file: 'src/sources/tracer.ts',
    source: "import type { Tracer } from '@opentelemetry/api';\nexport type C = Tracer;",
    law: fence('http'),
  },
  {
    file: 'src/http/pothos.ts',
    source: "import type { B } from '@pothos/core';\nexport type C = B;",
    law: fence('graph'),
  },
  {
    file: 'src/http/scalars.ts',
    source: "import { B } from 'graphql-scalars';\nvoid B;",
    law: fence('graph'),
  },
  {
    file: 'src/graph/jose.ts',
    source: "import type { B } from 'jose';\nexport type A = B;",
    law: fence('http and upstream'),
  },
  { file: 'src/graph/yoga.ts', source: "import { B } from 'graphql-yoga';\nvoid B;", law: fence('http') },
  {
    file: 'src/graph/yoga-plugin.ts',
    source: "import { B } from '@graphql-yoga/render-graphiql';\nvoid B;",
    law: fence('http'),
  },
  {
    file: 'src/sources/graphql.ts',
    source: "import { GraphQLError } from 'graphql';\nvoid GraphQLError;",
    law: fence('graph and http'),
  },
  {
    file: 'src/sources/paging/duckdb.ts',
    source: "import type { B } from '@duckdb/node-api';\nexport type C = B;",
    law: fence('archive and evidence and sandbox'),
  },
  {
    file: 'src/base/process.ts',
    source: 'export const a = process.env;',
    law: PROCESS,
  },
  {
    file: 'src/base/process-global.ts',
    source: 'export const a = globalThis.process.pid;',
    law: PROCESS,
  },
  {
    file: 'src/base/process-import.ts',
    source: "import { env } from 'node:process';\nvoid env;",
    law: fence('main and cli'),
  },
  {
    file: 'src/base/crypto.ts',
    source: "import { createHash } from 'node:crypto';\nvoid createHash;",
    law: fence('sealing and evidence and sandbox'),
  },
  {
    file: 'src/archive/duckdb/crypto.ts',
    source: "import { createHash } from 'node:crypto';\nvoid createHash;",
    law: fence('sealing and evidence and sandbox'),
  },
  {
    file: 'src/graph/crypto.ts',
    source: "import type { Cipher } from 'crypto';\nexport type A = Cipher;",
    law: fence('sealing and evidence and sandbox'),
  },
  {
    file: 'src/sandbox/process.ts',
    source: 'export const a = process.pid;',
    law: PROCESS,
  },

  // law 3: barrels and cycles, also of types only
  { file: 'src/base/barrel.ts', source: "export * from './a.ts';", law: BARREL },
  { file: 'src/base/barrel-named.ts', source: "export { a } from './a.ts';", law: BARREL },
  {
    file: 'src/base/cycle-a.ts',
    source: "import type { B } from './cycle-b.ts';\nexport interface A { readonly b: B }",
    law: /cycle/,
  },
  {
    file: 'src/base/cycle-b.ts',
    source: "import type { A } from './cycle-a.ts';\nexport interface B { readonly a: A | null }",
    law: /cycle/,
  },
];

/** Files that keep the laws. Each room imports all that it may. */
const CLEAN: Readonly<Record<string, string>> = {
  'src/base/a.ts': 'export interface A { readonly a: number }\nexport const a = 1;',
  'src/base/sealing.ts': "import { createHash } from 'node:crypto';\nexport const hash = createHash;",
  'src/base/reads-a.ts':
    "import type { A } from './a.ts';\nexport type { A };\nexport const b = globalThis.Temporal;",
  'src/upstream/a.ts':
    "import { Pool } from 'undici';\nimport { a } from '../base/a.ts';\nexport const b = [Pool, a];",
  'src/sources/paging/a.ts': "import type { A } from '../../base/a.ts';\nexport type B = A;",
  'src/sources/usage/a.ts':
    "import DataLoader from 'dataloader';\nimport type { B } from '../paging/a.ts';\nexport type C = B;\nexport const c = DataLoader;",
  'src/sources/usage/analytics/a.ts':
    "import type { C } from '../a.ts';\nimport type { B } from '../../paging/a.ts';\nexport type D = B | C;",
  'src/sources/events/a.ts': "import type { B } from '../paging/a.ts';\nexport type C = B;",
  'src/sources/timeline/a.ts':
    "import type { C } from '../usage/a.ts';\nimport type { C as D } from '../events/a.ts';\nexport type E = C | D;",
  'src/archive/evidence/a.ts':
    "import type { B } from '@duckdb/node-api';\nimport { sign } from 'node:crypto';\nimport type { C } from '../../sources/usage/a.ts';\nexport type D = [B, C];\nexport const s = sign;",
  'src/graph/builder.ts':
    "import SchemaBuilder from '@pothos/core';\nimport { GraphQLError } from 'graphql';\nimport { a } from './paging/a.ts';\nexport const b = [SchemaBuilder, GraphQLError, a];",
  'src/graph/context.ts': "import type { S } from './access.ts';\nexport type Context = S;",
  'src/graph/access.ts': 'export type S = number;',
  'src/graph/paging/a.ts':
    "import type { B } from '../../sources/paging/a.ts';\nexport const a = 1;\nexport type C = B;",
  'src/graph/usage/a.ts':
    "import type { C } from '../../sources/usage/a.ts';\nimport { b } from '../builder.ts';\nimport { a } from '../paging/a.ts';\nexport type D = C;\nexport const c = [a, b];",
  'src/graph/events/a.ts': "import type { C } from '../../sources/events/a.ts';\nexport type D = C;",
  'src/graph/cost/a.ts':
    "import type { B } from '../../sources/paging/a.ts';\nimport type { Context } from '../context.ts';\nexport type C = [B, Context];\nexport const c = 1;",
  'src/graph/federation/a.ts': "import { c } from '../cost/a.ts';\nexport const d = c;",
  'src/graph/events/estimates.ts': "import { c } from '../cost/a.ts';\nexport const d = c;",
  'src/graph/timeline/a.ts':
    "import type { D } from '../usage/a.ts';\nimport type { D as E } from '../events/a.ts';\nexport type F = D | E;",
  'src/graph/schema.ts': "import './usage/a.ts';\nimport './events/a.ts';\nexport const schema = 1;",
  'src/http/a.ts':
    "import { createYoga } from 'graphql-yoga';\nimport { schema } from '../graph/schema.ts';\nexport const b = [createYoga, schema];",
  'src/config/a.ts': "import type { A } from '../base/a.ts';\nexport type Config = A;",
  'src/app.ts':
    "import type { Config } from './config/a.ts';\nimport { b } from './http/a.ts';\nexport const app = (config: Config) => [config, b];",
  'src/doctor/a.ts':
    "import type { Config } from '../config/a.ts';\nimport type { C } from '../sources/usage/a.ts';\nexport type E = [Config, C];",
  'src/sandbox/a.ts':
    "import type { B } from '@duckdb/node-api';\nimport { c } from './graph/c.ts';\nexport const b: B = c;",
  'src/sandbox/graph/c.ts': "import type { D } from '../http/d.ts';\nexport const c: D = 1;",
  'src/sandbox/http/d.ts':
    "import { createHmac } from 'node:crypto';\nvoid createHmac;\nexport type D = number;",
  'src/cli/a.ts':
    "import type { B } from '../sandbox/a.ts';\nimport { app } from '../app.ts';\nexport const serve = async (): Promise<B> => [await import('../sandbox/a.ts'), app, process.pid];",
  'src/main.ts':
    "import type { B } from './sandbox/a.ts';\nimport { app } from './app.ts';\nexport const run = async (): Promise<B> => [await import('./sandbox/a.ts'), app, process.pid];",
};

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Creates a tree with these files and the configuration of the project's checker. */
function createTree(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'layers-'));
  folders.push(folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const kept of ['oxlint.layers.ts', 'scripts/lint'])
    cpSync(join(root, kept), join(folder, kept), { recursive: true });
  for (const [file, source] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), source);
  }
  return folder;
}

/** Runs the checker over a tree. @returns whether the tree passes, and the checker's messages by file */
function checkLayers(folder: string): {
  readonly passes: boolean;
  readonly said: ReadonlyMap<string, readonly string[]>;
} {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [oxlint, '-c', 'oxlint.layers.ts', '-f', 'json', 'src'],
    { cwd: folder, encoding: 'utf8' },
  );
  if (!stdout.trimStart().startsWith('{')) throw new Error(`The checker did not run: ${stdout}${stderr}`);
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { filename: string; message: string; help?: string }[];
  };
  const said = new Map<string, string[]>();
  for (const { filename, message, help } of diagnostics) {
    said.set(filename, [...(said.get(filename) ?? []), message, help ?? '']);
  }
  return { passes: status === 0, said };
}

describe('the layers', () => {
  test('every planted violation fails, and the message names the law', () => {
    const folder = createTree({
      ...CLEAN,
      ...Object.fromEntries(PLANTED.map(({ file, source }) => [file, source])),
    });
    const { passes, said } = checkLayers(folder);
    expect(passes).toBe(false);
    for (const { file, law } of PLANTED) {
      expect(said.get(file) ?? ['the checker let it pass'], file).toContainEqual(expect.stringMatching(law));
    }
  });

  test('a tree that keeps the laws passes', () => {
    expect(checkLayers(createTree(CLEAN))).toEqual({ passes: true, said: new Map() });
  });

  test('every folder of a layer is a known room, or shared by its layer', () => {
    const known = new Set([
      ...(config.overrides ?? []).flatMap(({ files }) => files),
      'src/graph/paging/**',
      'src/sources/paging/**',
      'src/sources/shared/**',
      'src/sandbox/**',
      'src/console/**',
    ]);
    const foldersOf = (path: string): string[] =>
      readdirSync(join(root, path), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${path}/${entry.name}/**`);
    const unknown = ['src', 'src/graph', 'src/sources']
      .flatMap(foldersOf)
      .filter((folder) => !known.has(folder));
    expect(unknown).toEqual([]);
  });
});
