import { buildSchema, graphql, GraphQLError, parse, Source } from 'graphql';
import { describe, expect, test } from 'vitest';
import { RequestError, UpstreamError } from '../../src/base/errors.ts';
import { createMasker, INTERNAL_MESSAGE, isMasked, maskError, refuse } from '../../src/http/mask-error.ts';

const CANARY = 'canary-secret';
const inField = (originalError: Error) =>
  new GraphQLError(originalError.message, { path: ['events'], originalError });
const upstream = new UpstreamError({
  code: 'UPSTREAM_RATE_LIMITED',
  source: 'EVENTS',
  operation: '/events',
  message: 'The vendor asks for a pause.',
  status: 429,
  retryAfterMs: 5_000,
  requestId: 'r-1',
  cause: new Error(CANARY),
});

describe('maskError', () => {
  test("a vendor's failure has its code, source, operation, and when to ask again", () => {
    const { message, path, extensions } = maskError(inField(upstream));
    expect({ message, path, extensions }).toEqual({
      message: 'The vendor asks for a pause.',
      path: ['events'],
      extensions: {
        code: 'UPSTREAM_RATE_LIMITED',
        source: 'EVENTS',
        operation: '/events',
        retryAfterMs: 5_000,
        requestId: 'r-1',
      },
    });
  });

  test('facts that the vendor did not send are left out', () => {
    const bare = new UpstreamError({
      code: 'UPSTREAM_TIMEOUT',
      source: 'USAGE',
      operation: '/usage',
      message: 'Late.',
    });
    expect(Object.keys(maskError(inField(bare)).extensions)).toEqual(['code', 'source', 'operation']);
  });

  test('a refusal in a field has its details and no status', () => {
    const refusal = new RequestError('LIMIT_EXCEEDED', 'Too many.', {
      argument: 'first',
      limit: 'maxPageSize',
      allowed: 5,
      requested: 6,
    });
    expect(maskError(inField(refusal)).extensions).toEqual({
      code: 'LIMIT_EXCEEDED',
      argument: 'first',
      limit: 'maxPageSize',
      allowed: 5,
      requested: 6,
    });
  });

  test('a refusal of the whole request is a 400 if the media type allows it', () => {
    const refusal = new RequestError('LIMIT_EXCEEDED', 'Too deep.', { limit: 'maxDepth' });
    const expected = { code: 'LIMIT_EXCEEDED', limit: 'maxDepth', http: { spec: true, status: 400 } };
    expect(maskError(refusal).extensions).toEqual(expected);
    expect(refuse(refusal).extensions).toEqual(expected);
  });

  test.each([
    ['an error', new Error(CANARY)],
    ['an error in a field', inField(new Error(CANARY))],
    [
      'an error of another library that calls itself coded',
      inField(Object.assign(new Error(CANARY), { code: 'X', extensions: { code: 'X' } })),
    ],
    ['a text', CANARY],
    ['nothing', undefined],
    ['an object', { message: CANARY }],
  ])('%s is masked', (_name, error) => {
    const masked = maskError(error);
    expect(masked.message).toBe(INTERNAL_MESSAGE);
    expect(masked.extensions['code']).toBe('INTERNAL_SERVER_ERROR');
    expect(isMasked(masked)).toBe(true);
    expect(JSON.stringify(masked)).not.toContain(CANARY);
    expect(masked.originalError).toBeUndefined();
  });

  test('the cause of a coded error is not passed on', () => {
    expect(JSON.stringify(maskError(inField(upstream)))).not.toContain(CANARY);
    expect(maskError(inField(upstream)).cause).toBeUndefined();
  });

  test.each([
    ['Variable "$range" has invalid value at .from: DateTime cannot be that.', '$range.from'],
    [
      'Variable "$o" has invalid value at [0].field: Value "X" does not exist in "F" enum. Did you mean "Y"?',
      '$o[0].field',
    ],
    ['Variable "$first" has invalid value: Expected an Int.', '$first'],
    ['Argument "Query.events(first:)" has invalid value: Expected an Int.', 'first'],
    ['Argument "Query.events(range:)" has invalid value at .last: Expected a Duration.', 'range.last'],
    ['Argument "Query.node(id:)" of required type "ID!" was not provided.', 'id'],
  ])('%s names %s', (message, argument) => {
    const masked = maskError(new GraphQLError(message, { originalError: new GraphQLError('inner') }));
    expect(masked.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
    expect(masked.message).toBe(message);
  });

  test('a message that quotes a long value is cut after it says what is wrong', async () => {
    const of = 'x'.repeat(60_000);
    const { errors } = await graphql({
      schema: buildSchema('type Query { count(of: Int!): Int }'),
      source: 'query ($of: Int!) { count(of: $of) }',
      variableValues: { of },
    });
    const { message, extensions } = maskError(errors![0]);
    expect(message).toHaveLength(1_001);
    expect(message).toMatch(/^Variable "\$of" has invalid value: Int/);
    expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: '$of' });
  });

  const schema = buildSchema('type Query { count(of: Int!): Int }');

  test.each([
    ['serialised', async () => 1e300],
    ['resolved', () => Promise.reject(new GraphQLError('no number: 1e300', { extensions: { code: 'X' } }))],
  ])('what a field could not have %s is ours: masked, with nothing of the value', async (_name, count) => {
    const { errors } = await graphql({ schema, source: '{ count(of: 1) }', rootValue: { count } });
    expect(errors).toHaveLength(1);
    const masked = maskError(errors![0]);
    expect(masked.message).toBe(INTERNAL_MESSAGE);
    expect(masked.path).toEqual(['count']);
    expect(masked.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR' });
  });

  test("an argument with a wrong value in a field is the caller's fault", async () => {
    const source = 'query ($of: Int = 1) { count(of: $of) }';
    const { errors } = await graphql({ schema, source, variableValues: { of: null } });
    expect(errors![0]!.path).toEqual(['count']);
    expect(maskError(errors![0]).extensions).toEqual({ code: 'BAD_USER_INPUT', argument: 'of' });
  });

  test('a syntax error keeps its location', () => {
    const error = catching(() => parse(new Source('{ a')));
    expect(maskError(error)).toMatchObject({
      locations: [{ line: 1, column: 4 }],
      extensions: { code: 'GRAPHQL_PARSE_FAILED', http: { spec: true, status: 400 } },
    });
  });

  test('an error with a code of the library stays unchanged', () => {
    const error = new GraphQLError('Batching is not supported.', {
      extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
    });
    expect(maskError(error)).toBe(error);
  });

  test('a TimeoutError is a timeout', () => {
    expect(maskError(inField(new DOMException('x', 'TimeoutError'))).extensions).toEqual({
      code: 'UPSTREAM_TIMEOUT',
    });
  });

  test('a cycle of causes ends', () => {
    const first = new GraphQLError('first');
    const second = new GraphQLError('second', { originalError: first });
    Object.defineProperty(first, 'originalError', { value: second });
    expect(isMasked(maskError(first))).toBe(true);
  });
});

test('a masked cause is reported once; a coded error and a caller who left are not faults', () => {
  const faults: unknown[] = [];
  const mask = createMasker((error) => faults.push(error));
  const cause = new Error(CANARY);
  const masked = mask(cause);
  expect(masked.message).toBe(INTERNAL_MESSAGE);
  expect(mask(masked)).toBe(masked);
  mask(inField(upstream));
  mask(inField(new DOMException('left', 'AbortError')));
  expect(faults).toEqual([cause]);
});

function catching(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
