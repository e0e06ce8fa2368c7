import { buildSchema, execute, parse } from 'graphql';
import type { GraphQLResolveInfo } from 'graphql';
import { describe, expect, test } from 'vitest';
import { selectedFieldNames, selectedFields } from '../../src/graph/selection.ts';

const schema = buildSchema(`
  type Query { series(range: String): Series }
  type Series {
    id: ID
    count: Int
    things: [Thing]
    buckets: [Bucket!]!
    previous(offset: String, times: Int = 1): Series
  }
  type Bucket { id: ID, start: Int, elements(top: Int): [Int] }
  interface Thing { id: ID, name: String }
  type Dog implements Thing { id: ID, name: String, bark: String }
  type Cat implements Thing { id: ID, name: String, bark: Int }
`);

/** What `read` sees where `Query.series` is resolved. */
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
    [...selectedFieldNames(info, ...path)].toSorted();

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

  test('tells the arguments as the resolver will get them, one entry a response key', () => {
    const query =
      'query ($o: String) { series { previous { id } before: previous(offset: $o, times: 3) { buckets { id } count } } }';
    const previous = look(query, (info) => selectedFields(info), { o: 'P1D' });
    expect(previous).toEqual([
      { name: 'previous', responseKey: 'previous', arguments: { times: 1 }, selectedNames: new Set(['id']) },
      {
        name: 'previous',
        responseKey: 'before',
        arguments: { offset: 'P1D', times: 3 },
        selectedNames: new Set(['buckets', 'count']),
      },
    ]);
  });

  test('tells the arguments of fields further down', () => {
    const seen = look('{ series { buckets { elements(top: 2) } } }', (info) =>
      selectedFields(info, 'buckets'),
    );
    expect(seen.map((field) => [field.name, field.arguments])).toEqual([['elements', { top: 2 }]]);
  });
});
