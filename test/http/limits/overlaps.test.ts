import fc from 'fast-check';
import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { countFragments, countOverlaps } from '../../../src/http/limits/overlaps.ts';

const overlapsOf = (text: string): number => countOverlaps(parse(text));

interface Node {
  readonly name: number;
  readonly children: readonly Node[];
}
const node = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.record({
    name: fc.nat(3),
    children: fc.oneof({ maxDepth: 4 }, fc.constant([]), fc.array(tie('node'), { maxLength: 4 })),
  }),
})).node;
const nodes = fc.array(node, { minLength: 1, maxLength: 6 });

/** Prints the fields: without fragments, or each in an inline or a named fragment. The style must change nothing. */
function print(fields: readonly Node[], definitions: string[], style: 'plain' | 'inline' | 'named'): string {
  const words = fields.map(({ name, children }) =>
    children.length > 0 ? `n${name} ${print(children, definitions, style)}` : `n${name}`,
  );
  if (style === 'inline') return `{ ${words.map((word) => `... on T { ${word} }`).join(' ')} }`;
  if (style === 'plain') return `{ ${words.join(' ')} }`;
  return `{ ${words
    .map((word) => {
      definitions.push(`{ ${word} }`);
      return `...f${definitions.length - 1}`;
    })
    .join(' ')} }`;
}

/** By comparing each field with each, in every place of the answer. */
function compare(fields: readonly Node[]): number {
  let pairs = 0;
  for (const [at, one] of fields.entries())
    for (const other of fields.slice(at + 1)) if (one.name === other.name) pairs += 1;
  for (const name of new Set(fields.map((field) => field.name)))
    pairs += compare(fields.filter((field) => field.name === name).flatMap(({ children }) => children));
  return pairs;
}

describe('countOverlaps', () => {
  test.each(['plain', 'inline', 'named'] as const)(
    'counts what comparing each with each would: %s',
    (style) => {
      fc.assert(
        fc.property(nodes, (fields) => {
          const definitions: string[] = [];
          const operation = print(fields, definitions, style);
          const text = [operation, ...definitions.map((set, n) => `fragment f${n} on T ${set}`)].join('\n');
          expect(overlapsOf(text)).toBe(compare(fields));
        }),
      );
    },
  );

  test('counts fields by their alias, and a fragment once in each place', () => {
    expect(overlapsOf('{ a: x b: x a }')).toBe(1);
    expect(overlapsOf('{ ...f ...f } fragment f on T { a b { c } }')).toBe(0);
    expect(overlapsOf('{ a { ...f } b { ...f } } fragment f on T { c c }')).toBe(2);
  });

  test('returns the count of the largest operation', () => {
    expect(overlapsOf('query A { a } query B { a a a } query C { a a }')).toBe(3);
  });

  test('ends for cyclic fragments', () => {
    expect(overlapsOf('{ ...f } fragment f on T { a { ...f } ...f ...gone }')).toBe(0);
    const names = Array.from({ length: 20 }, (_, n) => n);
    const spreads = names.map((n) => `a${n} { ...f${n} }`).join(' ');
    const fragments = names.map((n) => `fragment f${n} on T { ${spreads} }`).join(' ');
    expect(overlapsOf(`{ ...f0 } ${fragments}`)).toBe(2 ** 31);
  });
});

test('countFragments counts named and inline fragments once each', () => {
  expect(
    countFragments(parse('{ a { ... { b } ...f ...f } } fragment f on T { ... on U { ... { a } } }')),
  ).toBe(4);
  expect(countFragments(parse('{ a }'))).toBe(0);
});
