import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { REQUEST_CODES, UPSTREAM_CODES } from '../../../src/base/errors.ts';
import { describeRefusal } from '../../../src/http/mcp/refusal-words.ts';

const refusalOf = (code: string, extensions: Readonly<Record<string, unknown>> = {}) =>
  describeRefusal(new GraphQLError('It was refused.', { extensions: { code, ...extensions } }));

test.each([...REQUEST_CODES, ...UPSTREAM_CODES, 'INTERNAL_SERVER_ERROR'])(
  'the refusal %s says what to do instead',
  (code) => {
    const words = refusalOf(code);
    expect(words.startsWith(`Refused (${code}): It was refused.`)).toBe(true);
    expect(words).toMatch(/(?:again|Ask|Begin|Correct|Tell)[^.]*/);
    expect(words.includes('does not prove that nothing happened')).toBe(code.startsWith('UPSTREAM_'));
  },
);

test('a refusal that passes says how long to wait, in whole seconds', () => {
  expect(refusalOf('UPSTREAM_RATE_LIMITED', { retryAfterMs: 1_200 })).toContain('Wait at least 2 s before.');
});

test('a variable of the operation is called an argument of the tool', () => {
  const error = new GraphQLError('Variable "$range" has invalid value: it is missing.', {
    extensions: { code: 'BAD_USER_INPUT' },
  });
  expect(describeRefusal(error)).toContain("The argument 'range' has invalid value");
});
