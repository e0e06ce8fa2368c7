import { readFileSync } from 'node:fs';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  print,
  printSchema,
} from 'graphql';
import type { GraphQLArgument, GraphQLInputField, GraphQLNamedType, GraphQLSchema } from 'graphql';
import { expect, test } from 'vitest';
import { printSortedSchema, schema } from '../../src/graph/schema.ts';

// Both are read from text, so that their defaults look the same.
const given = new Set(listPromises(buildSchema(printSchema(schema))));
const contract = buildSchema(readFileSync(new URL('contract.fixture.graphql', import.meta.url), 'utf8'));

/** Types and fields that the contract promises and this version does not have yet. The list only shrinks. */
const NOT_YET: readonly string[] = [];

/** Whether a promise is about this type or field. */
function isAbout(promise: string, name: string): boolean {
  return promise.startsWith(name) && !/^\w/.test(promise.slice(name.length));
}

/** Everything that callers rely on, one line each: kinds, fields, arguments, defaults, nullability. */
function listPromises(of: GraphQLSchema): string[] {
  return listOwnTypes(of).flatMap((type) => [
    `${type.name} is a ${type.constructor.name}`,
    ...listParts(type),
  ]);
}

function listOwnTypes(of: GraphQLSchema): GraphQLNamedType[] {
  return Object.values(of.getTypeMap()).filter(
    (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
  );
}

function listParts(type: GraphQLNamedType): string[] {
  if (isEnumType(type)) return type.getValues().map(({ name }) => `${type.name}.${name}`);
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).map((field) => `${type.name}.${printInput(field)}`);
    return type.isOneOf ? [...fields, `${type.name} takes exactly one`] : fields;
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return [
    ...type.getInterfaces().map((parent) => `${type.name} implements ${parent.name}`),
    ...Object.values(type.getFields()).map((field) => {
      const args = field.args.map(printInput).toSorted().join(', ');
      return `${type.name}.${field.name}(${args}): ${String(field.type)}`;
    }),
  ];
}

function printInput({ name, type, default: value }: GraphQLArgument | GraphQLInputField): string {
  return `${name}: ${String(type)}${value?.literal ? ` = ${print(value.literal)}` : ''}`;
}

test('the graph keeps the whole contract, except for the parts that are not there yet', () => {
  const missing = listPromises(contract).filter((promise) => !given.has(promise));
  expect(missing.filter((promise) => !NOT_YET.some((name) => isAbout(promise, name)))).toEqual([]);
});

test('no part in the list of missing parts exists', () => {
  const missing = listPromises(contract).filter((promise) => !given.has(promise));
  expect(NOT_YET.filter((name) => !missing.some((promise) => isAbout(promise, name)))).toEqual([]);
});

test('every type, field, argument and value has a description', () => {
  const undescribed = listOwnTypes(schema)
    .flatMap((type) => [[type.name, type.description] as const, ...listDescriptions(type)])
    .filter(([, description]) => !description?.trim())
    .map(([name]) => name);
  expect(undescribed).toEqual([]);
});

function listDescriptions(type: GraphQLNamedType): (readonly [string, string | null | undefined])[] {
  if (isEnumType(type))
    return type.getValues().map((value) => [`${type.name}.${value.name}`, value.description]);
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field.description]);
  }
  if (!isObjectType(type) && !isInterfaceType(type)) return [];
  return Object.values(type.getFields()).flatMap((field) => [
    [`${type.name}.${field.name}`, field.description] as const,
    ...field.args.map((arg) => [`${type.name}.${field.name}(${arg.name})`, arg.description] as const),
  ]);
}

test('schema/schema.graphql is the current graph; npm run codegen writes it', () => {
  const committed = readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8');
  expect(committed).toBe(printSortedSchema(schema));
});

test('the printed schema is sorted', () => {
  expect(printSortedSchema(schema)).toBe(printSortedSchema(buildSchema(printSchema(schema))));
});
