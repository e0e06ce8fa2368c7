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

/** Related entries of related entries. Each step adds two levels. */
function nest(depth: number, leaf: string): string {
  const step = (n: number): string =>
    n === 0
      ? leaf
      : n % 2 === 0
        ? `relatedUsage { edges { node { ${step(n - 1)} } } }`
        : `relatedEvents { edges { node { ${step(n - 1)} } } }`;
  return step(depth);
}

/** A filter within a filter. */
function negate(times: number): object {
  let filter: object = {};
  for (let n = 0; n < times; n += 1) filter = { not: filter };
  return filter;
}

const FILTERED = 'query ($filter: EventFilter) { events(filter: $filter) { from } }';
const BY_IDS = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
const SORTED = 'query ($order: [EventOrder!]) { events(orderBy: $order) { from } }';
const PAGED = 'query ($n: Int) { events(first: $n) { from } }';

/** The letters that a body may have, less some for its other parts. */
const BODY_LETTERS = 64_000;
/** As many values as the limit allows, because they reach the validation that is costly. */
const BOUNDED = 990;

const VARIABLES: readonly Kind[] = [
  [
    'a list for an object',
    (random) => ({
      query: SORTED,
      variables: { order: Array.from({ length: whole(random, 100, 32_000) }, () => 1) },
    }),
  ],
  [
    'a list for an object, bounded',
    () => ({ query: SORTED, variables: { order: Array.from({ length: BOUNDED }, () => 1) } }),
  ],
  [
    'objects for ids',
    (random) => ({
      query: BY_IDS,
      variables: { ids: Array.from({ length: whole(random, 100, 20_000) }, () => ({})) },
    }),
  ],
  [
    'unknown fields in a variable',
    (random) => ({
      query: FILTERED,
      variables: {
        filter: Object.fromEntries(Array.from({ length: whole(random, 100, 6_000) }, (_, n) => [`k${n}`, 1])),
      },
    }),
  ],
  [
    'long unknown fields in a variable, bounded',
    () => ({
      query: FILTERED,
      variables: {
        filter: Object.fromEntries(Array.from({ length: BOUNDED }, (_, n) => [`${n}`.padStart(55, 'k'), 1])),
      },
    }),
  ],
  [
    'not within not',
    (random) => ({ query: FILTERED, variables: { filter: negate(whole(random, 6, 8_000)) } }),
  ],
  [
    'lists within lists',
    (random) => {
      const depth = whole(random, 20, 30_000);
      return `{"query":"{ viewer { scopes } }","variables":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
    },
  ],
  [
    'beginnings of suggestions',
    () => ({ query: PAGED, variables: { n: ' Did you mean '.repeat(BODY_LETTERS / 14) } }),
  ],
  ['a long text for a number', (random) => ({ query: PAGED, variables: { n: noise(random).repeat(7_000) } })],
  [
    'a long number',
    (random) => `{"query":"${PAGED}","variables":{"n":1${'0'.repeat(whole(random, 400, 60_000))}}}`,
  ],
  [
    'a long text for a moment',
    (random) => ({
      query: 'query ($from: DateTime) { events(range: { from: $from }) { from } }',
      variables: { from: `20${'2'.repeat(whole(random, 100, 60_000))}` },
    }),
  ],
  [
    'a long text for a length of time',
    (random) => ({
      query: 'query ($last: Duration) { events(range: { last: $last }) { from } }',
      variables: { last: `P${'1Y'.repeat(whole(random, 100, 30_000))}` },
    }),
  ],
  [
    'a long text for an address',
    (random) => ({
      query: 'query ($ip: IP) { events(filter: { ipAddress: $ip }) { from } }',
      variables: { ip: (random() < 0.5 ? 'a:' : '1.').repeat(whole(random, 100, 30_000)) },
    }),
  ],
  [
    'a long text for a time zone',
    (random) => ({
      query: 'query ($zone: TimeZone!) { usageAnalytics(range: { last: "P1D" }, timeZone: $zone) { from } }',
      variables: { zone: 'a/'.repeat(whole(random, 100, 30_000)) },
    }),
  ],
  [
    'a long text for a cursor',
    (random) => ({ query: `{ events(after: "${noise(random).repeat(7_000)}") { from } }` }),
  ],
];

const REPETITIONS: readonly Kind[] = [
  [
    'one field often',
    (random) => ({ query: `{ events { ${repeat(whole(random, 60, 980), () => 'from')} } }` }),
  ],
  [
    'one list often, each with fields',
    (random) => ({ query: `{ events { ${repeat(whole(random, 60, 240), () => 'nodes { id }')} } }` }),
  ],
  [
    'lists within lists often',
    () => ({ query: `{ ${repeat(10, () => `events { ${repeat(22, () => 'nodes { id }')} }`)} }` }),
  ],
  [
    'many fragments',
    (random) => {
      const count = whole(random, 51, 105);
      return {
        query: `{ events { ${repeat(count, (n) => `...F${n}`)} } } ${repeat(count, (n) => `fragment F${n} on EventConnection { from }`)}`,
      };
    },
  ],
  [
    'a chain of fragments',
    (random) => {
      const count = whole(random, 51, 95);
      return {
        query: `{ events { ...F0 } } ${repeat(count, (n) => `fragment F${n} on EventConnection { from ...F${n + 1} }`)} fragment F${count} on EventConnection { from }`,
      };
    },
  ],
  [
    'many inline fragments',
    (random) => ({ query: `{ events { ${repeat(whole(random, 51, 190), () => '... { from }')} } }` }),
  ],
  [
    'unknown fields of a value',
    (random) => ({
      query: `{ events(filter: { ${repeat(whole(random, 6, 320), (n) => `k${n}: 1`)} }) { from } }`,
    }),
  ],
  [
    'a deep value',
    (random) => {
      const depth = whole(random, 20, 480);
      return { query: `{ nodes(ids: ${'['.repeat(depth)}${']'.repeat(depth)}) { id } }` };
    },
  ],
  [
    'introspection often',
    (random) => ({ query: `{ __schema { ${repeat(whole(random, 60, 240), () => 'types { name }')} } }` }),
  ],
];

const KINDS: readonly Kind[] = [
  ...VARIABLES,
  ...REPETITIONS,
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

/** The number of kinds. */
export const HOSTILE_KINDS = KINDS.length;

/** An endless sequence of hostile requests, with each kind equally often. */
export function createHostileRequests(random: () => number): () => HostileRequest {
  let next = 0;
  return () => {
    const [kind, write] = KINDS[next % KINDS.length]!;
    next += 1;
    const body = write(random);
    return { kind, body: typeof body === 'string' ? body : JSON.stringify(body) };
  };
}
