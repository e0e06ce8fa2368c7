import {
  getNamedType,
  getNullableType,
  getVariableValues,
  isCompositeType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  OperationTypeNode,
  parse,
  print,
  TypeInfo,
  validate,
  valueToLiteral,
  visit,
  visitWithTypeInfo,
  typeFromAST,
  isInputType,
  isInterfaceType,
} from 'graphql';
import type {
  DocumentNode,
  FieldNode,
  GraphQLField,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql';
import { formatInstant } from '../../base/time.ts';
import type { Range } from '../../base/time.ts';
import { readKnownDocument } from '../lane/documents.ts';
import type { KnownDocument } from '../lane/documents.ts';
import type { TrustedDocuments } from '../trusted-documents.ts';
import { writePath } from './condition.ts';
import type { PathStep } from './condition.ts';
import type { AlertSettings } from './file.ts';

/** The operation of an alert, checked. */
export interface AlertQuestion {
  readonly known: KnownDocument;
  /** All variables of a question about a range, not yet coerced. */
  readonly variablesOf: (range: Range) => Readonly<Record<string, unknown>>;
  /** The operation as a document that needs no variables, for people who look at it. */
  readonly textOf: (range: Range) => string;
}

export type CheckedQuestion =
  | { readonly kind: 'question'; readonly question: AlertQuestion }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

/** The range of a question is in these two variables. */
const RANGE_VARIABLES = ['from', 'to'] as const;
const NUMBERS: ReadonlySet<string> = new Set(['Int', 'Float', 'SafeInt']);
/** Types that say how complete they are in another way than by `coverage`. */
const COUNT = { type: 'TotalCount', field: 'accuracy' };

/** Checks the operation of an alert against the schema, and its condition against the operation. */
export function checkQuestion(
  schema: GraphQLSchema,
  { operation: written, variables, condition }: AlertSettings,
  trusted: TrustedDocuments | null,
): CheckedQuestion {
  const refuse = (...faults: readonly string[]): CheckedQuestion => ({ kind: 'faults', faults });
  const text = findText(written, trusted);
  if (text === null)
    return refuse(
      'operation must be a document with a query, or the name of the one operation of a trusted document (SIGHTLINE_TRUSTED_DOCUMENTS).',
    );
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens: 10_000 });
  } catch {
    return refuse('operation has a syntax error.');
  }
  const invalid = validate(schema, document, undefined, { maxErrors: 5 });
  if (invalid.length > 0) return refuse(...invalid.map(({ message }) => `operation: ${message}`));
  const known = readKnownDocument(schema, text, document);
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  if (!known || operation?.operation !== OperationTypeNode.QUERY)
    return refuse('operation must be one query, without introspection.');

  const variablesOf = ({ fromMs, toMs }: Range): Readonly<Record<string, unknown>> => ({
    ...variables,
    from: formatInstant(fromMs),
    to: formatInstant(toMs),
  });
  const fields = createFieldFinder(document);
  const faults = [
    ...findVariableFaults(schema, operation, variables, variablesOf({ fromMs: 0, toMs: 1_000 })),
    ...findCoverageFaults(schema, document, fields),
    ...findPathFaults(schema, operation, fields, condition.path, condition.aggregate === 'count', 'path'),
    ...(condition.per ? findPathFaults(schema, operation, fields, condition.per, false, 'per') : []),
  ];
  if (faults.length > 0) return refuse(...faults);
  return {
    kind: 'question',
    question: { known, variablesOf, textOf: (range) => writeText(schema, document, variablesOf(range)) },
  };
}

/** null: it is neither a document nor a known name. */
function findText(written: string, trusted: TrustedDocuments | null): string | null {
  if (written.includes('{')) return written;
  const named = new RegExp(String.raw`\bquery\s+${written.trim()}\b`);
  const found = /^\s*[_A-Za-z]\w*\s*$/.test(written)
    ? [...(trusted?.values() ?? [])].filter((text) => named.test(text))
    : [];
  return found.length === 1 ? found[0]! : null;
}

function findVariableFaults(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
  variables: Readonly<Record<string, unknown>>,
): string[] {
  const faults: string[] = [];
  const declared = new Map(
    variableDefinitions.map(({ variable, type }) => [variable.name.value, print(type).replace('!', '')]),
  );
  for (const name of RANGE_VARIABLES) {
    if (declared.get(name) !== 'DateTime')
      faults.push(`operation must have the variable $${name}: DateTime!, which each round sets.`);
    if (name in given) faults.push(`variables must not set '${name}', because each round sets it.`);
  }
  for (const name of Object.keys(given))
    if (!declared.has(name)) faults.push(`variables has '${name}', which the operation does not have.`);
  const { errors = [] } = getVariableValues(schema, variableDefinitions, variables, { maxErrors: 5 });
  // The library's message quotes the value.
  for (const { message } of errors)
    faults.push(`variables: ${/"\$\w+"/.exec(message)?.[0] ?? 'one'} has a wrong value.`);
  return faults;
}

/** The fields of a selection, fragments expanded. */
type FieldFinder = (selections: SelectionSetNode | undefined) => readonly FieldNode[];

function createFieldFinder({ definitions }: DocumentNode): FieldFinder {
  const find: FieldFinder = (set) =>
    (set?.selections ?? []).flatMap((selection): readonly FieldNode[] => {
      if (selection.kind === Kind.FIELD) return [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) return find(selection.selectionSet);
      const { value } = selection.name;
      const fragment = definitions.find(
        (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === value,
      );
      return fragment?.kind === Kind.FRAGMENT_DEFINITION ? find(fragment.selectionSet) : [];
    });
  return find;
}

const keyOf = ({ alias, name }: FieldNode): string => (alias ?? name).value;

/** Everything that can say how complete it is must be asked, always, and under its own name. */
function findCoverageFaults(schema: GraphQLSchema, document: DocumentNode, fieldsOf: FieldFinder): string[] {
  const faults = new Set<string>();
  const info = new TypeInfo(schema);
  const has = (set: SelectionSetNode | undefined, name: string): FieldNode | undefined =>
    fieldsOf(set).find((field) => field.name.value === name && !field.alias);
  visit(
    document,
    visitWithTypeInfo(info, {
      Directive({ name }) {
        if (name.value === 'skip' || name.value === 'include')
          faults.add(`operation must not use @${name.value}, because its answers would differ.`);
      },
      Field(field) {
        const type = info.getType();
        const named = type && getNamedType(type);
        if (!isObjectType(named) && !isInterfaceType(named)) return;
        const isCovered = named.getFields()['coverage'] !== undefined;
        const isRoot = info.getParentType() === schema.getQueryType();
        if (isRoot && !isCovered)
          faults.add(`operation must not ask '${field.name.value}', because it has no coverage.`);
        if (isCovered && !has(has(field.selectionSet, 'coverage')?.selectionSet, 'status'))
          faults.add(`operation must select coverage { status } in '${keyOf(field)}'.`);
        if (named.name === COUNT.type && !has(field.selectionSet, COUNT.field))
          faults.add(`operation must select ${COUNT.field} in '${keyOf(field)}'.`);
      },
    }),
  );
  return [...faults];
}

function findField(fields: readonly FieldNode[], key: string): FieldNode | undefined {
  return fields.find((one) => keyOf(one) === key);
}

function fieldOf(parent: GraphQLOutputType, field: FieldNode): GraphQLField<unknown, unknown> | undefined {
  const owner = getNamedType(parent);
  return isObjectType(owner) ? owner.getFields()[field.name.value] : undefined;
}

function findPathFaults(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fieldsOf: FieldFinder,
  path: readonly PathStep[],
  isCount: boolean,
  name: 'path' | 'per',
): string[] {
  const fault = (sentence: string): string[] => [`condition.${name} ${writePath(path)} ${sentence}`];
  let set: SelectionSetNode | undefined = operation.selectionSet;
  let parent: GraphQLOutputType = schema.getQueryType()!;
  for (const step of path) {
    const field = findField(fieldsOf(set), step.name);
    const definition: GraphQLField<unknown, unknown> | undefined = field && fieldOf(parent, field);
    if (!field || !definition) return fault(`leads to '${step.name}', which the operation does not select.`);
    const inner = getNullableType(definition.type);
    if (isListType(inner) !== step.isList)
      return fault(`must ${step.isList ? 'not ' : ''}have '[]' after '${step.name}'.`);
    parent = definition.type;
    set = field.selectionSet;
  }
  const last = getNamedType(parent);
  if (isCount) return path.at(-1)?.isList ? [] : fault("must end in a list ('[]') to be counted.");
  return isLeafType(last) && NUMBERS.has(last.name) ? [] : fault('must lead to a number.');
}

/** The operation with the values of its variables as their defaults. */
function writeText(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): string {
  return print(
    visit(document, {
      VariableDefinition(node) {
        const type = typeFromAST(schema, node.type);
        const value = variables[node.variable.name.value];
        if (!type || !isInputType(type) || isCompositeType(type) || value === undefined) return undefined;
        const defaultValue = valueToLiteral(value, type);
        return defaultValue ? { ...node, defaultValue } : undefined;
      },
    }),
  );
}
