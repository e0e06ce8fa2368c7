import { isInputObjectType, parseConstValue, validateInputLiteral } from 'graphql';
import { expect, test } from 'vitest';
import { INPUT_EXAMPLES } from '../../src/graph/schema.ts';
import { schema } from '../../src/graph/schema.ts';

const inputs = Object.values(schema.getTypeMap()).filter((type) => isInputObjectType(type));

test('every input type has an example', () => {
  expect([...INPUT_EXAMPLES.keys()].toSorted()).toEqual(inputs.map(({ name }) => name).toSorted());
});

test.each(inputs.map((type) => [type.name, type] as const))('the example of %s is valid', (name, type) => {
  const faults: string[] = [];
  validateInputLiteral(parseConstValue(INPUT_EXAMPLES.get(name) ?? ''), type, (error) =>
    faults.push(error.message),
  );
  expect(faults).toEqual([]);
});
