import { execute, GraphQLError, parse } from 'graphql';
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createKnownDocuments } from '../../../src/http/lane/documents.ts';
import { createNastySchema } from '../../support/nasty-schema.ts';
import { createRandomOperations } from '../../support/random-operation.ts';
import { createSeededRandom } from '../../support/seeded-random.ts';

const POOL = { ids: ['a', 'b'], recordIds: ['c'], cursors: ['d'] };

/** Both results as JSON; null: the lane does not take the document or the variables. */
async function askBoth(schema: GraphQLSchema, text: string, variables: Readonly<Record<string, unknown>>) {
  const documents = createKnownDocuments(schema);
  const document = parse(text);
  documents.add(text, document);
  const known = documents.get(text);
  const coerced = known?.coerce(variables);
  if (!known || !coerced) return null;
  const compiled = await known.compiled(coerced)({}, coerced);
  const executed = await execute({ schema, document, variableValues: variables, contextValue: {} });
  return { compiled: print(compiled), executed: print(executed) };
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
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const schema = createNastySchema({ seed, ...nastiness });
        const draw = createRandomOperations(schema, createSeededRandom(seed), POOL);
        for (let n = 0; n < 4; n += 1) {
          const operation = draw();
          const both = await askBoth(schema, operation.text, operation.drawRequest().variables);
          if (!both) continue;
          compared += 1;
          expect(both.compiled, operation.text).toBe(both.executed);
        }
      }),
      { numRuns: 100, endOnFailure: true },
    );
    expect(compared).toBeGreaterThan(200);
  });
});
