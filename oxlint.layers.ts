import type { OxlintConfig, OxlintOverride } from 'oxlint';

// The layers of docs/architecture.md as data: 1. who imports whom, 2. fences, 3. no barrels or cycles. A room is a set of files
// with what they must not import. The rule no-restricted-imports reads it and sees `import type`, `export … from` and
// `import()` alike. test/checks/layers.test.ts plants a violation of each law.

/** What a file must not import, and the message for the author of such an import. */
interface Ban {
  readonly regex: string;
  readonly message: string;
}

/** Packages, and the only rooms that may import them. */
const FENCES: readonly { readonly packages: string; readonly rooms: readonly string[] }[] = [
  { packages: '(?:graphql-yoga|@graphql-yoga/[^/]+)', rooms: ['http'] },
  { packages: 'jose', rooms: ['http', 'upstream'] },
  { packages: '(?:@pothos/[^/]+|graphql-scalars)', rooms: ['graph'] },
  { packages: 'graphql', rooms: ['graph', 'http'] },
  { packages: '@modelcontextprotocol/[^/]+', rooms: ['http', 'cli'] },
  { packages: '(?:prom-client|@opentelemetry/[^/]+)', rooms: ['http'] },
  { packages: 'dataloader', rooms: ['sources'] },
  { packages: '(?:undici|@redis/[^/]+)', rooms: ['upstream'] },
  { packages: '@duckdb/[^/]+', rooms: ['archive', 'evidence', 'sandbox'] },
  { packages: '@clickhouse/[^/]+', rooms: ['archive'] },
  { packages: 'openapi-backend', rooms: ['sandbox'] },
  { packages: '(?:node:)?process', rooms: ['main', 'cli'] },
  { packages: '(?:node:)?crypto', rooms: ['sealing', 'evidence', 'sandbox'] },
];

/** Layers from the top; each may import those after it. Files of the top level end in `.ts`, folders in `/`. */
const LAYERS = [
  'main',
  'cli',
  'doctor',
  'app',
  'config',
  'http',
  'graph',
  'archive',
  'sources',
  'upstream',
  'base',
] as const;
const FILES_OF_THE_TOP: readonly string[] = ['main', 'app'];

/** The domains of `sources/` and `graph/` that must not know each other; `timeline` merges both and may. */
const VENDOR_DOMAINS = ['usage', 'events'] as const;
const GRAPH_DOMAINS = [...VENDOR_DOMAINS, 'timeline'] as const;

/** Folders of `http/` that ask the graph in this process, and do not know each other. */
const ASKERS = ['alerts', 'export', 'mcp'] as const;

const UP = String.raw`^(?:\.{1,2}/)+(?:src/)?`;

function banLayer(room: string, layer: string): Ban {
  const target = FILES_OF_THE_TOP.includes(layer) ? String.raw`${layer}\.ts$` : `${layer}/`;
  return {
    regex: UP + target,
    message: `law 1: ${room} does not import ${layer}; main → cli → doctor → app → config → http → graph → archive → sources → upstream → base`,
  };
}

const banSibling = (room: string, domain: string): Ban => ({
  regex: `${UP}${domain}/`,
  message: `law 1: ${room} does not import its sibling ${domain}`,
});

const banDomainBelow = (room: string, domain: string): Ban => ({
  regex: `${UP}sources/${domain}/`,
  message: `law 1: never between usage and events; ${room} does not import sources/${domain}`,
});

const banOutside = (room: string, depth: number): Ban => ({
  regex: String.raw`^(?:\./)?(?:\.\./){${depth}}`,
  message: `law 1: ${room} imports no other room`,
});

/** A path that goes down and up again could hide its target. */
const CROOKED: Ban = {
  regex: String.raw`[^./][^/]*/\.{1,2}/|^file:|^/`,
  message: 'law 1: import by the shortest relative path',
};

function bansOfPackages(room: string): Ban[] {
  return FENCES.filter(({ rooms }) => !rooms.includes(room)).map(({ packages, rooms }) => ({
    regex: `^${packages}(?:/|$)`,
    message: `law 2: only ${rooms.join(' and ')} may import this package`,
  }));
}

function aboveOf(layer: (typeof LAYERS)[number]): Ban[] {
  const above = [...LAYERS.slice(0, LAYERS.indexOf(layer)), 'sandbox', 'console'];
  return above.map((other) => banLayer(layer, other));
}

const room = (files: string[], layer: string, bans: readonly Ban[]): OxlintOverride => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [...bans, ...bansOfPackages(layer), CROOKED] }] },
});

/** The domains of `graph/`: `usage` and `events` apart from each other, `timeline` above both. */
const graphRooms = GRAPH_DOMAINS.map((domain) =>
  room([`src/graph/${domain}/**`], 'graph', [
    ...aboveOf('graph'),
    ...GRAPH_DOMAINS.filter((other) => other !== domain && domain !== 'timeline').map((other) =>
      banSibling(`graph/${domain}`, other),
    ),
    ...VENDOR_DOMAINS.filter((other) => other !== domain && (domain === 'usage' || domain === 'events')).map(
      (other) => banDomainBelow(`graph/${domain}`, other),
    ),
    {
      regex: String.raw`${UP}schema\.ts$`,
      message: 'law 1: graph/schema.ts imports the domains, never the other way',
    },
  ]),
);

/** Rooms with files of their own at several depths, cut off from all the rest. */
const closedRooms = ['sandbox', 'console'].flatMap((name) =>
  [1, 2, 3, 4].map((depth) =>
    room([`src/${name}/${'*/'.repeat(depth - 1)}*`], name, [banOutside(name, depth)]),
  ),
);

const config: OxlintConfig = {
  plugins: ['import', 'typescript'],
  jsPlugins: ['./scripts/lint/law-rules.ts'],
  categories: { correctness: 'off' },
  ignorePatterns: ['**/*.generated.ts'],
  overrides: [
    {
      files: ['src/**'],
      rules: {
        'import/no-cycle': ['error', { ignoreTypes: false }],
        'import/no-dynamic-require': ['error', { esmodule: true }],
        'import/no-commonjs': 'error',
        // `import('…').T` is the one form that no-restricted-imports does not see.
        'typescript/consistent-type-imports': [
          'error',
          { prefer: 'type-imports', disallowTypeAnnotations: true },
        ],
        'laws/no-value-re-export': 'error',
        'no-restricted-globals': [
          'error',
          { name: 'process', message: 'law 2: only main.ts and cli/ read process' },
        ],
        'no-restricted-properties': [
          'error',
          { object: 'globalThis', property: 'process', message: 'law 2: only main.ts and cli/ read process' },
        ],
      },
    },
    room(['src/base/**'], 'base', aboveOf('base')),
    room(['src/base/sealing.ts'], 'sealing', aboveOf('base')),
    room(['src/upstream/**'], 'upstream', aboveOf('upstream')),
    room(['src/sources/**'], 'sources', [
      ...aboveOf('sources'),
      ...[...VENDOR_DOMAINS, 'timeline', 'live'].map((domain) => banSibling('sources/paging', domain)),
    ]),
    ...VENDOR_DOMAINS.map((domain, index) =>
      room([`src/sources/${domain}/**`], 'sources', [
        ...aboveOf('sources'),
        banSibling(`sources/${domain}`, VENDOR_DOMAINS[1 - index] ?? ''),
        banSibling(`sources/${domain}`, 'timeline'),
        banSibling(`sources/${domain}`, 'live'),
      ]),
    ),
    room(['src/sources/timeline/**'], 'sources', [
      ...aboveOf('sources'),
      banSibling('sources/timeline', 'live'),
    ]),
    // A poller takes streams of rows, and knows no vendor.
    room(['src/sources/live/**'], 'sources', [
      ...aboveOf('sources'),
      ...VENDOR_DOMAINS.map((domain) => banSibling('sources/live', domain)),
    ]),
    room(['src/archive/**'], 'archive', aboveOf('archive')),
    room(['src/archive/evidence/**'], 'evidence', aboveOf('archive')),
    room(['src/graph/**'], 'graph', [
      ...aboveOf('graph'),
      ...GRAPH_DOMAINS.map((domain) => banSibling('what the domains of graph share', domain)),
      {
        regex: String.raw`${UP}schema\.ts$`,
        message: 'law 1: graph/schema.ts imports the rest, never the other way',
      },
    ]),
    ...graphRooms,
    // A subgraph is made of a whole schema, and reads entries as `node` does.
    room(['src/graph/federation/**'], 'graph', [
      ...aboveOf('graph'),
      ...GRAPH_DOMAINS.map((domain) => banSibling('graph/federation', domain)),
      {
        regex: String.raw`${UP}schema\.ts$`,
        message: 'law 1: graph/federation is given the schema; it does not import it',
      },
    ]),
    // Fields declare their estimates; `cost` only adds them up.
    room(['src/graph/cost/**'], 'graph', [
      ...aboveOf('graph'),
      ...GRAPH_DOMAINS.map((domain) => banSibling('graph/cost', domain)),
      ...GRAPH_DOMAINS.map((domain) => ({
        regex: `${UP}sources/${domain}/`,
        message: `law 1: graph/cost knows no domain; it does not import sources/${domain}`,
      })),
      {
        regex: String.raw`${UP}(?:schema|service|node)\.ts$`,
        message: 'law 1: graph/cost knows no domain; the fields of the graph import it',
      },
    ]),
    room(['src/graph/schema.ts'], 'graph', aboveOf('graph')),
    room(['src/http/**'], 'http', aboveOf('http')),
    // They ask the graph in this process. What they share lies beside them.
    ...ASKERS.map((name) =>
      room([`src/http/${name}/**`], 'http', [
        ...aboveOf('http'),
        ...ASKERS.filter((other) => other !== name).map((other) => banSibling(`http/${name}`, other)),
      ]),
    ),
    room(['src/config/**'], 'config', aboveOf('config')),
    room(['src/app.ts'], 'app', aboveOf('app')),
    room(['src/doctor/**'], 'doctor', aboveOf('doctor')),
    ...closedRooms,
    room(['src/cli/**'], 'cli', [banLayer('cli', 'main'), banLayer('cli', 'console')]),
    room(['src/main.ts'], 'main', [banLayer('main', 'console')]),
    {
      files: ['src/main.ts', 'src/cli/**'],
      rules: {
        'laws/sandbox-on-demand': 'error',
        'no-restricted-globals': 'off',
        'no-restricted-properties': 'off',
      },
    },
  ],
};

export default config;
