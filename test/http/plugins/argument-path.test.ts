import { parse, visit } from 'graphql';
import type { ASTNode } from 'graphql';
import { describe, expect, test } from 'vitest';
import { findArgument } from '../../../src/http/plugins/argument-path.ts';

/** The argument around the value that reads WRONG. */
function find(text: string): string | null {
  const document = parse(text);
  let wrong: ASTNode | null = null;
  visit(document, { EnumValue: (node) => void (node.value === 'WRONG' && (wrong = node)) });
  return wrong && findArgument(document, wrong);
}

describe('findArgument', () => {
  test.each([
    ['{ a(first: WRONG) }', 'first'],
    ['{ a { b(range: { from: WRONG }) } }', 'range.from'],
    ['{ a(filter: { category: { in: [X, WRONG] } }) }', 'filter.category.in[1]'],
    ['query ($n: Int = WRONG) { a(first: $n) }', '$n'],
    ['query ($n: [R] = [{ at: WRONG }]) { a(first: $n) }', '$n[0].at'],
    ['{ ...f } fragment f on Q { ... on T { a(first: 1, last: WRONG) } }', 'last'],
    ['{ a(first: 1) @include(if: WRONG) }', 'if'],
    ['{ ...f @skip(if: WRONG) }', 'if'],
  ])('%s: %s', (text, argument) => {
    expect(find(text)).toBe(argument);
  });

  test('a node outside of values has no argument', () => {
    const document = parse('{ a }');
    expect(findArgument(document, document.definitions[0]!)).toBeNull();
  });
});
