import {
  getNullableType,
  isInputObjectType,
  isNonNullType,
  Kind,
  OperationTypeNode,
  parse,
  parseConstValue,
  parseType,
  print,
  TypeInfo,
  validate,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type {
  ArgumentNode,
  DefinitionNode,
  DocumentNode,
  GraphQLInputType,
  GraphQLSchema,
  ObjectFieldNode,
  VariableNode,
} from 'graphql';
import { createRandomQueries, createValueWriter } from './random-query.ts';
import type { QueryPool } from './random-query.ts';
import { createSelectionChanges } from './random-selections.ts';
import { drawWrongValue } from './wrong-values.ts';

/** A valid document that takes variables. */
export interface RandomOperation {
  readonly text: string;
  /** What one request may send with it. Some values are missing or wrong. */
  drawRequest(): RequestParameters;
}

export interface RequestParameters {
  readonly variables: Readonly<Record<string, unknown>>;
  /** undefined: the request names no operation. */
  readonly operationName: string | undefined;
}

/** A variable, and the place that its values are written for. */
interface DrawnVariable {
  readonly name: string;
  /** As in the document: `Int!`. */
  readonly type: string;
  /** The text of its default; null: it has none. */
  readonly fallback: string | null;
  /** A value, as text of the language. */
  readonly write: () => string;
}

const BOOLEANS = ['Boolean!', 'Boolean!', 'Boolean! = true', 'Boolean = true', 'Boolean = false'] as const;

/**
 * Random valid operations whose values are in variables in part, with defaults, `@skip` and `@include`, fragments, merged
 * fields and names that objects inherit.
 */
export function createRandomOperations(
  schema: GraphQLSchema,
  random: () => number,
  pool: QueryPool,
): () => RandomOperation {
  const chance = (share: number): boolean => random() < share;
  const pick = <Value>(values: readonly Value[]): Value =>
    values[Math.floor(random() * values.length)] ?? values[0]!;
  const writeQuery = createRandomQueries(schema, random, pool);
  const writeValue = createValueWriter(random, pool);

  /** Moves values into variables, which it adds to `variables`. */
  const moveValues = (document: DocumentNode, variables: DrawnVariable[]): DocumentNode => {
    const typeInfo = new TypeInfo(schema);
    const move = <Node extends ArgumentNode | ObjectFieldNode>(
      node: Node,
      share: number,
    ): Node | undefined => {
      const type = typeInfo.getInputType();
      if (!type || !chance(share)) return undefined;
      const parent = typeInfo.getParentInputType();
      const mustBeGiven = node.kind === Kind.OBJECT_FIELD && isInputObjectType(parent) && parent.isOneOf;
      const isRequired = isNonNullType(type) || mustBeGiven;
      const original = print(node.value);
      const name = `v${variables.length}`;
      variables.push({
        name,
        ...drawType(type, isRequired, mustBeGiven, original),
        write: () => (chance(0.6) ? original : writeValue(node.name.value, type, 2)),
      });
      return { ...node, value: createVariable(name) };
    };
    return visit(
      document,
      visitWithTypeInfo(typeInfo, {
        Argument: (node) => move(node, 0.35),
        ObjectField: (node) => move(node, 0.25),
      }),
    );
  };

  const drawType = (
    type: GraphQLInputType,
    isRequired: boolean,
    mustBeGiven: boolean,
    original: string,
  ): Pick<DrawnVariable, 'type' | 'fallback'> => {
    const bare = String(getNullableType(type));
    if (mustBeGiven) return { type: `${bare}!`, fallback: chance(0.2) ? original : null };
    if (isRequired)
      return chance(0.7) ? { type: `${bare}!`, fallback: null } : { type: bare, fallback: original };
    return pick([
      { type: bare, fallback: null },
      { type: bare, fallback: null },
      { type: bare, fallback: null },
      { type: `${bare}!`, fallback: null },
      { type: bare, fallback: original },
      { type: `${bare}!`, fallback: original },
      { type: bare, fallback: 'null' },
    ]);
  };

  const draw = (): { text: string; name: string | undefined; variables: readonly DrawnVariable[] } => {
    const variables: DrawnVariable[] = [];
    const addCondition = (): string => {
      const known = variables.find(({ type }) => type.startsWith('Boolean'));
      if (known && chance(0.5)) return `$${known.name}`;
      const [type = '', fallback = null] = pick(BOOLEANS).split(' = ');
      variables.push({ name: `v${variables.length}`, type, fallback, write: () => String(chance(0.6)) });
      return `$v${variables.length - 1}`;
    };
    const changes = createSelectionChanges(schema, random, addCondition);
    const moved = moveValues(parse(writeQuery()), variables);
    const changed = changes.change(moved);
    const name = chance(0.4) ? `R${Math.floor(random() * 1e6)}` : undefined;
    const definitions = changed.definitions.map((definition): DefinitionNode => {
      if (definition.kind !== Kind.OPERATION_DEFINITION) return definition;
      return {
        ...definition,
        operation: OperationTypeNode.QUERY,
        name: name === undefined ? undefined : { kind: Kind.NAME, value: name },
        variableDefinitions: variables.map((variable) => ({
          kind: Kind.VARIABLE_DEFINITION,
          variable: createVariable(variable.name),
          type: parseType(variable.type),
          defaultValue: variable.fallback === null ? undefined : parseConstValue(variable.fallback),
        })),
      };
    });
    return { text: print({ ...changed, definitions }), name, variables };
  };

  const drawRequest = (name: string | undefined, variables: readonly DrawnVariable[]): RequestParameters => {
    const isCareless = chance(0.12);
    const values: Record<string, unknown> = {};
    for (const variable of variables) {
      const isOptional = variable.fallback !== null || !variable.type.endsWith('!');
      const isNullable = !variable.type.endsWith('!');
      if ((isOptional && chance(0.2)) || (isCareless && chance(0.15))) continue;
      if ((isNullable && chance(0.1)) || (isCareless && chance(0.15))) values[variable.name] = null;
      else if (isCareless && chance(0.4)) values[variable.name] = drawWrongValue(random);
      else values[variable.name] = valueFromASTUntyped(parseConstValue(variable.write()));
    }
    if (chance(0.03)) values['unknown'] = 1;
    const operationName = chance(0.5) ? name : chance(0.05) ? pick(['Other', '']) : undefined;
    return { variables: values, operationName };
  };

  return () => {
    let drawn = draw();
    // Fields of fragments and merged fields may conflict.
    while (validate(schema, parse(drawn.text)).length > 0) drawn = draw();
    const { text, name, variables } = drawn;
    const isShared = chance(0.03) && name !== undefined;
    return {
      text: isShared ? `${text}\nquery Other { __typename }` : text,
      drawRequest: () => drawRequest(name, variables),
    };
  };
}

function createVariable(name: string): VariableNode {
  return { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } };
}
