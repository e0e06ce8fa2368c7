import { buildSchema, execute, parse } from 'graphql';
import type { ExecutionResult, GraphQLError } from 'graphql';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createKnownDocuments } from '../../../src/http/lane/documents.ts';
import { createNastySchema } from '../../support/nasty-schema.ts';
import type { Nastiness } from '../../support/nasty-schema.ts';
import { createRandomOperations } from '../../support/random-operation.ts';
import { createSeededRandom } from '../../support/seeded-random.ts';

const POOL = { ids: ['a', 'b'], recordIds: ['c'], cursors: ['d'] };

/** Both results as JSON, and what was resolved for them; null: the lane does not take the document or the variables. */
async function askBoth(
  nastiness: Nastiness,
  text: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<{ readonly compiled: string; readonly executed: string } | null> {
  let resolved: string[] = [];
  const schema = createNastySchema(nastiness, (told) => void resolved.push(told));
  const documents = createKnownDocuments(schema);
  const document = parse(text);
  documents.add(text, document);
  const known = documents.get(text);
  const coerced = known?.coerce(variables);
  if (!known || !coerced) return null;
  const finish = async (result: ExecutionResult | Promise<ExecutionResult>): Promise<string> => {
    const printed = print(await result);
    // What goes on after the answer, in fields that an error has made null, is resolved alike, too.
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const all = resolved.join('\n');
    resolved = [];
    return `${printed}\n${all}`;
  };
  return {
    compiled: await finish(known.compiled(coerced)({}, coerced)),
    executed: await finish(execute({ schema, document, variableValues: variables, contextValue: {} })),
  };
}

function print({ data, errors, ...others }: ExecutionResult): string {
  return JSON.stringify({ others, data, errors: errors?.map(withoutWording) }, null, 1);
}

/** Callers never see what the library says about the service's own values, so that the lane may say it in other words. */
function withoutWording(error: GraphQLError) {
  const { message, ...others } = error.toJSON();
  const isWording = /^Abstract type|^Runtime Object type|has no type for the value/.test(message);
  return { message: isWording ? 'of the value' : message, ...others };
}

describe('a compiled operation gives what graphql-js gives, byte for byte', () => {
  test.each([
    ['at once, without a fault', { share: 0, isAsync: false }],
    ['at once, with faults', { share: 0.15, isAsync: false }],
    ['later, without a fault', { share: 0, isAsync: true }],
    ['later, with faults', { share: 0.1, isAsync: true }],
    ['later, with many faults', { share: 0.35, isAsync: true }],
  ])('if its fields are resolved %s', async (_name, nastiness) => {
    let compared = 0;
    let failed = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const drawn = { seed, ...nastiness };
        const draw = createRandomOperations(createNastySchema(drawn), createSeededRandom(seed), POOL);
        for (let n = 0; n < 4; n += 1) {
          const operation = draw();
          const both = await askBoth(drawn, operation.text, operation.drawRequest().variables);
          if (!both) continue;
          compared += 1;
          if (both.executed.includes('"errors"')) failed += 1;
          expect(both.compiled, operation.text).toBe(both.executed);
        }
      }),
      { numRuns: 75, endOnFailure: true },
    );
    expect(compared).toBeGreaterThan(150);
    expect(failed > 40).toBe(nastiness.share > 0);
  });
});

/** A document over a schema of its own, compiled. */
function compile(sdl: string, text: string, resolvers: Readonly<Record<string, () => unknown>>) {
  const schema = buildSchema(sdl);
  for (const [name, resolve] of Object.entries(resolvers))
    schema.getQueryType()!.getFields()[name]!.resolve = resolve;
  const documents = createKnownDocuments(schema);
  documents.add(text, parse(text));
  const known = documents.get(text)!;
  const variables = known.coerce({})!;
  return () => known.compiled(variables)({}, variables);
}

test('rejections behind a list item that fails end nothing', async () => {
  const rejections: unknown[] = [];
  const note = (reason: unknown): void => void rejections.push(reason);
  process.on('unhandledRejection', note);
  const reject = async (message: string): Promise<number> => {
    throw new Error(message);
  };
  const run = compile('type Query { list: [Int!] }', '{ list }', {
    list: () => [reject('reached'), null, reject('not reached')],
  });
  const { data, errors } = await run();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', note);
  expect(data).toEqual({ list: null });
  expect(errors?.map(({ message }) => message)).toEqual([
    'Cannot return null for non-nullable field Query.list.',
  ]);
  expect(rejections).toEqual([]);
});

test('no field is resolved after the answer', async () => {
  const called: string[] = [];
  const run = compile('type Query { slow: Query, sure: Int!, late: Int }', '{ slow { late } sure }', {
    slow: async () => ({}),
    sure: () => null,
    late: () => called.push('late'),
  });
  expect((await run()).data).toBeNull();
  await new Promise((resolve) => setImmediate(resolve));
  expect(called).toEqual([]);
});
