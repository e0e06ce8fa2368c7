import { buildSchema, execute, parse } from 'graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { describe, expect, test } from 'vitest';
import { fieldsUnder, namesUnder, operationFields, selectedFields } from '../../src/graph/selection.ts';

const schema = buildSchema(`
  type Query { series(range: String): Series }
  type Series {
    id: ID
    count: Int
    things: [Thing]
    buckets: [Bucket!]!
    previous(offset: String, times: Int = 1): Series
  }
  type Bucket { id: ID, start: Int, elements(top: Int): [Int], ranked(most: [Int!]! = []): [Int] }
  interface Thing { id: ID, name: String }
  type Dog implements Thing { id: ID, name: String, bark: String }
  type Cat implements Thing { id: ID, name: String, bark: Int }
`);

/** The result of `read` in the resolver of `Query.series`. */
function look<Seen>(query: string, read: (info: GraphQLResolveInfo) => Seen, variableValues = {}): Seen {
  let seen: { value: Seen } | null = null;
  const rootValue = {
    series: (_args: unknown, _context: unknown, info: GraphQLResolveInfo) => {
      seen = { value: read(info) };
      return null;
    },
  };
  const result = execute({ schema, document: parse(query), rootValue, variableValues });
  if (!seen) throw new Error(JSON.stringify(result));
  return (seen as { value: Seen }).value;
}

const names =
  (...path: string[]) =>
  (info: GraphQLResolveInfo) =>
    [...namesUnder(selectedFields(info), ...path)].toSorted();

describe('the selection of a field', () => {
  test.each<[string, string, string[], string[]]>([
    ['plain', '{ series { id count } }', [], ['count', 'id']],
    ['by name, not by alias', '{ series { a: count } }', [], ['count']],
    ['through a fragment', '{ series { ...F } } fragment F on Series { count }', [], ['count']],
    [
      'through fragments in fragments, each of them once',
      '{ series { ...F ...G } } fragment F on Series { ...G } fragment G on Series { count id }',
      [],
      ['count', 'id'],
    ],
    ['through an inline fragment', '{ series { ... on Series { count } ... { id } } }', [], ['count', 'id']],
    [
      'merged over its repetitions',
      '{ series { buckets { id } } series { buckets { start } } }',
      ['buckets'],
      ['id', 'start'],
    ],
    [
      'under every alias of a field',
      '{ series { a: previous { id } b: previous { count } } }',
      ['previous'],
      ['count', 'id'],
    ],
    ['of a path that is not selected is empty', '{ series { id } }', ['buckets'], []],
    ['without what is skipped', '{ series { id @skip(if: true) count @skip(if: false) } }', [], ['count']],
    [
      'without what is not included',
      '{ series { id @include(if: false) ... @include(if: false) { count } } }',
      [],
      [],
    ],
    [
      'of every type behind an interface',
      '{ series { things { id ... on Dog { bark } } } }',
      ['things'],
      ['bark', 'id'],
    ],
    [
      'of one key that two types give to different fields',
      '{ series { things { ... on Dog { x: bark } ... on Cat { x: name } } } }',
      ['things'],
      ['bark', 'name'],
    ],
  ])('is seen %s', (_name, query, path, expected) => {
    expect(look(query, names(...path))).toEqual(expected);
  });

  test('follows variables in @skip and @include', () => {
    const query =
      'query ($on: Boolean!) { series { id @include(if: $on) ...F @skip(if: $on) } } fragment F on Series { count }';
    expect(look(query, names(), { on: true })).toEqual(['id']);
    expect(look(query, names(), { on: false })).toEqual(['count']);
  });

  test('has the arguments as the resolver gets them, one entry for each response key', () => {
    const query =
      'query ($o: String) { series { previous { id } before: previous(offset: $o, times: 3) { buckets { id } count } } }';
    const previous = look(
      query,
      (info) =>
        selectedFields(info).map(({ name, key, args, fields }) => ({
          name,
          key,
          args,
          below: fields.map((field) => field.coordinate),
        })),
      { o: 'P1D' },
    );
    expect(previous).toEqual([
      { name: 'previous', key: 'previous', args: { times: 1 }, below: ['Series.id'] },
      {
        name: 'previous',
        key: 'before',
        args: { offset: 'P1D', times: 3 },
        below: ['Series.buckets', 'Series.count'],
      },
    ]);
  });

  test('has the arguments of fields further down', () => {
    const seen = look('{ series { buckets { elements(top: 2) } } }', (info) =>
      fieldsUnder(selectedFields(info), 'buckets').map((field) => [field.name, field.args]),
    );
    expect(seen).toEqual([['elements', { top: 2 }]]);
  });

  test('does not fail for an argument below the field that is looked at', () => {
    const query = 'query ($top: [Int]) { series { id buckets { ranked(most: $top) } } }';
    expect(look(query, names())).toEqual(['buckets', 'id']);
  });
});

describe('the selection of an operation', () => {
  const read = (text: string, variableValues = {}, operationName?: string) =>
    operationFields({ schema, document: parse(text), variableValues, operationName });

  test('is the same as its resolvers see', () => {
    const text =
      'query ($o: String) { series { previous(offset: $o) { id } ...F } } fragment F on Series { count }';
    const seen = look(
      text,
      (info) => selectedFields(info).map(({ coordinate, args }) => [coordinate, args]),
      {
        o: 'P1D',
      },
    );
    const fields = fieldsUnder(read(text, { o: 'P1D' })!, 'series');
    expect(fields.map(({ coordinate, args }) => [coordinate, args])).toEqual(seen);
  });

  test('of a document without variables is read once', () => {
    const document = parse('{ series { id } }');
    const again = () => operationFields({ schema, document });
    expect(again()).toBe(again());
  });

  test('is null if the operation can not run', () => {
    expect(read('query A { __typename } query B { __typename }')).toBeNull();
    expect(read('query A { __typename }', {}, 'B')).toBeNull();
    expect(read('query ($o: String!) { series(range: $o) { id } }')).toBeNull();
    const least = 'query ($top: [Int]) { series { buckets { ranked(most: $top) } } }';
    expect(read(least, { top: null })).toBeNull();
    expect(read(least, { top: [1] })).not.toBeNull();
  });

  test('repeated fragments do not multiply its fields', () => {
    const depth = 40;
    const fragments = Array.from(
      { length: depth },
      (_, n) => `fragment F${n} on Series { previous { ...F${n + 1} } previous { ...F${n + 1} } }`,
    );
    const fields = read(`{ series { ...F0 } } ${fragments.join(' ')} fragment F${depth} on Series { id }`);
    let level = fields ?? [];
    let levels = 0;
    for (; level.length > 0; levels += 1) level = level.flatMap((field) => field.fields);
    expect(levels).toBe(depth + 2);
  });
});
