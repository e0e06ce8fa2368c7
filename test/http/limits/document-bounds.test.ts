import { getIntrospectionQuery, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { checkBounds } from '../../../src/http/limits/document-bounds.ts';
import { DEFAULT_DOCUMENT_BOUNDS } from '../../support/document-bounds.ts';

const refusalOf = (text: string) => checkBounds(parse(text), DEFAULT_DOCUMENT_BOUNDS);
const nest = (levels: number): string => (levels === 1 ? 'a' : `a { ${nest(levels - 1)} }`);
const many = (count: number, word: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => word(n)).join(' ');

describe('checkBounds', () => {
  test.each([
    ['maxDepth', 12, (n: number) => `{ ${nest(n)} }`],
    ['maxRootFields', 10, (n: number) => `{ ${many(n, (i) => `r${i}`)} }`],
    ['maxAliases', 15, (n: number) => `{ a { ${many(n, (i) => `x${i}: b`)} } }`],
    ['maxDirectives', 5, (n: number) => `{ a { b${' @d'.repeat(n)} } }`],
    ['maxSelections', 1_000, (n: number) => `{ a { ${many(n - 1, (i) => `b${i}`)} } }`],
  ])('%s allows %i, and not one more', (limit, allowed, write) => {
    expect(refusalOf(write(allowed))).toBeNull();
    expect(refusalOf(write(allowed + 1))).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { limit, allowed, requested: allowed + 1 },
    });
  });

  test('maxFragments allows 50 named and inline ones together, and not one more', () => {
    const write = (n: number) =>
      `{ a { ${many(n - 25, (i) => `... { b${i} }`)} ${many(25, (i) => `...f${i}`)} } } ${many(25, (i) => `fragment f${i} on T { c${i} }`)}`;
    expect(refusalOf(write(50))).toBeNull();
    expect(refusalOf(write(51))?.details).toEqual({ limit: 'maxFragments', allowed: 50, requested: 51 });
  });

  test('maxOverlaps allows 1,000 pairs, and not one more', () => {
    // 45 fields make 990 pairs, and 5 make 10, their own fields 10 more.
    expect(refusalOf(`{ a { ${many(45, () => 'b')} ${many(5, () => 'c')} } }`)).toBeNull();
    expect(refusalOf(`{ a { ${many(45, () => 'b')} ${many(5, () => 'c { d }')} } }`)?.details).toEqual({
      limit: 'maxOverlaps',
      allowed: 1_000,
      requested: 1_010,
    });
  });

  test('fields in fragments count', () => {
    expect(refusalOf(`{ ...f } fragment f on Q { ${many(11, (i) => `r${i}`)} }`)?.details.limit).toBe(
      'maxRootFields',
    );
  });

  test('each operation is bounded', () => {
    expect(refusalOf(`query A { a } query B { ${nest(13)} }`)?.details.limit).toBe('maxDepth');
  });

  test('fragments that double are refused, also if they repeat one field', () => {
    const links = many(30, (n) => `fragment f${n} on T { ...f${n + 1} ...f${n + 1} }`);
    expect(refusalOf(`{ a { ...f0 } } ${links} fragment f30 on T { b }`)?.details.limit).toBe(
      'maxSelections',
    );
  });

  test('the standard introspection query passes, with all its options', () => {
    const query = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    expect(refusalOf(query)).toBeNull();
  });

  test('introspection that returns to earlier types is refused', () => {
    const circle = '{ __schema { types { fields { type { fields { type { name } } } } } } }';
    expect(refusalOf(circle)?.details.limit).toBe('maxIntrospectionHops');
    expect(refusalOf('{ __type(name: "A") { interfaces { possibleTypes { name } } } }')?.details.limit).toBe(
      'maxIntrospectionHops',
    );
  });
});
