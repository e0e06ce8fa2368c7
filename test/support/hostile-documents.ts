/** A request body that must be refused without a vendor call. */
export interface HostileRequest {
  readonly kind: string;
  readonly body: string;
}

type Kind = readonly [name: string, write: (random: () => number) => object | string];

const whole = (random: () => number, from: number, to: number): number =>
  from + Math.floor(random() * (to - from + 1));
const repeat = (count: number, write: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => write(n)).join(' ');
const noise = (random: () => number): string => Math.floor(random() * 2 ** 40).toString(36);

/** Related entries of related entries: each step is two fields down. */
function nest(depth: number, leaf: string): string {
  const step = (n: number): string =>
    n === 0
      ? leaf
      : n % 2 === 0
        ? `relatedUsage { edges { node { ${step(n - 1)} } } }`
        : `relatedEvents { edges { node { ${step(n - 1)} } } }`;
  return step(depth);
}

const KINDS: readonly Kind[] = [
  ['depth', (random) => ({ query: `{ events { nodes { ${nest(2 * whole(random, 2, 40), 'id')} } } }` })],
  [
    'aliases',
    (random) => ({ query: `{ service { ${repeat(whole(random, 16, 150), (n) => `a${n}: version`)} } }` }),
  ],
  [
    'root fields',
    (random) => ({
      query: `{ ${repeat(11, () => '...F')} } fragment F on Query { viewer { scopes } ${repeat(whole(random, 1, 9), (n) => `v${n}: viewer { scopes }`)} }`,
    }),
  ],
  [
    'directives',
    (random) => ({
      query: `{ service { ${repeat(whole(random, 6, 90), () => 'version @include(if: true)')} } }`,
    }),
  ],
  [
    'tokens',
    (random) => ({ query: `{ nodes(ids: [${repeat(whole(random, 1_000, 6_000), () => '"x"')}]) { id } }` }),
  ],
  [
    'fragments that double',
    (random) => {
      const steps = whole(random, 10, 60);
      return {
        query: `{ service { ...F0 } } ${repeat(steps, (n) => `fragment F${n} on Service { ...F${n + 1} ...F${n + 1} }`)} fragment F${steps} on Service { version }`,
      };
    },
  ],
  [
    'fragments in a ring',
    (random) => ({
      query: `{ service { ...A } } fragment A on Service { ...B${noise(random)} } fragment B${noise(random)} on Service { ...A }`,
    }),
  ],
  [
    'introspection in circles',
    (random) => ({ query: `{ __schema { types { ${'fields { type { '.repeat(whole(random, 2, 30))} name` }),
  ],
  [
    'introspection, closed',
    (random) => {
      const depth = whole(random, 2, 20);
      return {
        query: `{ __schema { types { ${'fields { type { '.repeat(depth)} name ${'} }'.repeat(depth)} } } }`,
      };
    },
  ],
  ['unknown field', (random) => ({ query: `{ usageRecord${noise(random)}(first: 1) { id } }` })],
  ['unknown argument', (random) => ({ query: `{ events(frist${noise(random)}: 1) { from } }` })],
  [
    'wrong kind',
    (random) => ({
      query: `query ($n: Int) { events(first: $n) { nodes { id } } }`,
      variables: { n: noise(random) },
    }),
  ],
  [
    'wrong literal',
    (random) => ({ query: `{ events(range: { last: "${noise(random)}" }) { nodes { id } } }` }),
  ],
  ['no document', (random) => ({ query: `{ events(first: 1) { ${noise(random)}` })],
  [
    'noise',
    (random) => ({
      query: String.fromCodePoint(...Array.from({ length: 60 }, () => whole(random, 1, 0xd7ff))),
    }),
  ],
  ['no JSON', (random) => `{"query": "{ events ${noise(random)}`],
  [
    'an array',
    (random) => [{ query: `{ a${noise(random)}: viewer { scopes } }` }, { query: '{ viewer { scopes } }' }],
  ],
  [
    'too much by variables',
    (random) => ({
      query:
        'query ($n: Int, $m: Int) { timeline(first: $n) { nodes { id ... on Event { relatedUsage(first: $m) { edges { node { id recordId } } } } } } }',
      variables: { n: whole(random, 200, 500), m: whole(random, 200, 500) },
    }),
  ],
  [
    'a page beyond the largest',
    (random) => ({
      query: 'query ($n: Int) { usageRecords(first: $n) { nodes { id } } }',
      variables: { n: whole(random, 501, 2 ** 31 - 1) },
    }),
  ],
  [
    'more records than calls',
    (random) => ({
      query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }',
      variables: {
        ids: Array.from({ length: whole(random, 21, 400) }, () =>
          Buffer.from(`UsageRecord:${noise(random)}`).toString('base64url'),
        ),
      },
    }),
  ],
  [
    'a path for an id',
    (random) => ({
      query: 'query ($id: ID!) { usageRecord(recordId: $id) { id } }',
      variables: { id: `../${noise(random)}%2e%2e` },
    }),
  ],
  [
    'too many bytes',
    (random) => ({ query: `{ viewer { scopes } } #${'x'.repeat(whole(random, 65_536, 80_000))}` }),
  ],
];

/** Hostile requests without end, each kind as often as the others. */
export function createHostileRequests(random: () => number): () => HostileRequest {
  let next = 0;
  return () => {
    const [kind, write] = KINDS[next % KINDS.length]!;
    next += 1;
    const body = write(random);
    return { kind, body: typeof body === 'string' ? body : JSON.stringify(body) };
  };
}
