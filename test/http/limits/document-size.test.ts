import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { measureDocument } from '../../../src/http/limits/document-size.ts';
import type { DocumentSize } from '../../../src/http/limits/document-size.ts';

const measure = (text: string): DocumentSize => measureDocument(parse(text))[0]!;

interface Node {
  readonly kind: 'field' | 'inline' | 'spread';
  readonly alias: boolean;
  readonly directives: number;
  /** Of a field 0 to 9, of a spread the fragment's number, drawn into what there is. */
  readonly name: number;
  readonly children: readonly Node[];
}

const node: fc.Arbitrary<Node> = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.record({
    kind: fc.constantFrom('field', 'inline', 'spread'),
    alias: fc.boolean(),
    directives: fc.nat(2),
    name: fc.nat(9),
    children: fc.oneof({ maxDepth: 4 }, fc.constant([]), fc.array(tie('node'), { maxLength: 3 })),
  }),
})).node;

const documents = fc.record({
  operation: fc.array(node, { minLength: 1, maxLength: 4 }),
  fragments: fc.array(fc.array(node, { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
});

/** Fragment n spreads only those after it, so that there are no rings. */
function print(nodes: readonly Node[], fragments: number, from: number): string {
  const words = nodes.map(({ kind, alias, directives, name, children }) => {
    const marks = ' @d'.repeat(directives);
    const count = fragments - from;
    if (kind === 'spread' && count > 0) return `...f${from + (name % count)}${marks}`;
    const set = children.length > 0 ? ` ${print(children, fragments, from)}` : '';
    if (kind === 'inline' && set !== '') return `... on T${marks}${set}`;
    return `${alias ? 'a: ' : ''}n${name}${marks}${set}`;
  });
  return `{ ${words.join(' ')} }`;
}

/** The same figures by putting every fragment in its place, one by one. */
function expand(nodes: readonly Node[], fragments: readonly (readonly Node[])[], from: number): DocumentSize {
  const sizes = nodes.map(({ kind, alias, directives, name, children }): DocumentSize => {
    const count = fragments.length - from;
    const target = from + (name % Math.max(1, count));
    const isSpread = kind === 'spread' && count > 0;
    const isField = !isSpread && !(kind === 'inline' && children.length > 0);
    const inner = isSpread
      ? expand(fragments[target]!, fragments, target + 1)
      : expand(children, fragments, from);
    return {
      ...inner,
      depth: inner.depth + (isField ? 1 : 0),
      aliases: inner.aliases + (isField && alias ? 1 : 0),
      directives: inner.directives + directives,
      rootFields: isField ? 1 : inner.rootFields,
      selections: inner.selections + 1,
    };
  });
  const sum = (of: (size: DocumentSize) => number) => sizes.reduce((total, size) => total + of(size), 0);
  return {
    depth: Math.max(0, ...sizes.map(({ depth }) => depth)),
    aliases: sum(({ aliases }) => aliases),
    directives: sum(({ directives }) => directives),
    rootFields: sum(({ rootFields }) => rootFields),
    selections: sum(({ selections }) => selections),
    introspectionDepth: 0,
    introspectionHops: 0,
  };
}

describe('measureDocument', () => {
  test('counts as if every fragment were expanded', () => {
    fc.assert(
      fc.property(documents, ({ operation, fragments }) => {
        const text = [
          `query ${print(operation, fragments.length, 0)}`,
          ...fragments.map((nodes, n) => `fragment f${n} on T ${print(nodes, fragments.length, n + 1)}`),
        ].join('\n');
        expect(measure(text)).toEqual(expand(operation, fragments, 0));
      }),
      { numRuns: 1_000 },
    );
  });

  test('measures each operation separately', () => {
    const sizes = measureDocument(parse('query A { a } query B { a b { c } }'));
    expect(sizes.map(({ depth, rootFields }) => [depth, rootFields])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test('counts directives of operations, and of fragments each time they are spread', () => {
    expect(measure('query @d { ...f ...f } fragment f on T @d @d { a }').directives).toBe(5);
  });

  test('takes no longer for a chain of fragments that doubles 60 times, and saturates', () => {
    const text = [
      '{ ...f0 }',
      ...Array.from({ length: 60 }, (_, n) => `fragment f${n} on T { ...f${n + 1} ...f${n + 1} }`),
      'fragment f60 on T { a: b @d }',
    ].join('\n');
    const document = parse(text);
    const startedMs = performance.now();
    const [size] = measureDocument(document);
    expect(performance.now() - startedMs).toBeLessThan(50);
    expect(size).toMatchObject({
      depth: 1,
      aliases: 2 ** 31,
      directives: 2 ** 31,
      rootFields: 2 ** 31,
      selections: 2 ** 31,
    });
  });

  test('ends for cyclic and for missing fragments', () => {
    const text = '{ ...a ...gone } fragment a on T { x { ...b } } fragment b on T { y { ...a ...b } }';
    expect(measure(text).depth).toBe(2);
  });

  test('counts introspection separately, also in fragments', () => {
    expect(
      measure(
        '{ a { b } __schema { types { ...t } } } fragment t on T { fields { type { fields { name } } } }',
      ),
    ).toMatchObject({
      depth: 2,
      introspectionDepth: 6,
      introspectionHops: 2,
    });
    expect(measure('{ fields { inputFields { fields { a } } } }')).toMatchObject({
      depth: 4,
      introspectionHops: 0,
    });
  });
});
