import { getVariableValues, Kind, OperationTypeNode, visit } from 'graphql';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode, VariableValues } from 'graphql';
import { LRUCache } from 'lru-cache';
import { fragmentsOf } from '../../graph/selection.ts';
import { isIntrospecting } from '../plugins/introspection.ts';
import { readName } from '../plugins/operation.ts';
import { hashDocument } from '../trusted-documents.ts';
import { compileQuery } from './compile.ts';
import type { CompiledOperation } from './compile.ts';
import { traceExecution } from './trace.ts';

/** A document that the lane may answer. It has one operation, a query. */
export interface KnownDocument {
  readonly document: DocumentNode;
  /** The name by which a request may ask for the operation; undefined: it has none. */
  readonly operationName: string | undefined;
  /** The same for the log. */
  readonly name: string | null;
  /** The SHA-256 of its text. */
  readonly hash: string;
  /** The variables of one request, coerced; null: one does not fit, or a condition is null. */
  coerce(variables: Readonly<Record<string, unknown>>): VariableValues | null;
  /** The compiled operation for these variables. */
  compiled(variables: VariableValues): CompiledOperation;
}

/** The documents that Yoga has parsed, validated and executed. */
export interface KnownDocuments {
  get(text: string): KnownDocument | undefined;
  add(text: string, document: DocumentNode): void;
}

/** Letters of all known texts. A compiled document takes about twenty times its text. */
const MAX_LETTERS = 256 * 1024;
/** Compiled operations of one document: each combination of values of `@skip` and `@include` has its own. */
const MAX_VARIANTS = 16;

export function createKnownDocuments(schema: GraphQLSchema): KnownDocuments {
  const known = new LRUCache<string, KnownDocument>({
    maxSize: MAX_LETTERS,
    sizeCalculation: (_document, text) => Math.max(1, text.length),
  });
  return {
    get: (text) => known.get(text),
    add(text, document) {
      if (known.has(text)) return;
      const made = readKnownDocument(schema, text, document);
      if (made) known.set(text, made);
    },
  };
}

/** @param document a valid one; null: the lane can't answer it */
export function readKnownDocument(
  schema: GraphQLSchema,
  text: string,
  document: DocumentNode,
): KnownDocument | null {
  const operation = readQuery(document);
  return operation && createKnownDocument(schema, text, document, operation);
}

/** The only operation of a document, if the lane can answer it. */
function readQuery(document: DocumentNode): OperationDefinitionNode | null {
  const operations = document.definitions.filter(
    (definition) => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const [operation] = operations;
  if (!operation || operations.length > 1 || operation.operation !== OperationTypeNode.QUERY) return null;
  return isIntrospecting(document) || namesPrototype(document) ? null : operation;
}

/** Whether a field is called `__proto__`, which an ordinary object can't hold. */
function namesPrototype(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field({ alias }) {
      found ||= alias?.value === '__proto__';
    },
  });
  return found;
}

function createKnownDocument(
  schema: GraphQLSchema,
  text: string,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): KnownDocument {
  const { variableDefinitions = [], name } = operation;
  const fragments = fragmentsOf(document);
  const conditions = listConditions(document);
  const variants = new LRUCache<string, CompiledOperation>({ max: MAX_VARIANTS });
  return {
    document,
    operationName: name?.value,
    name: readName(document, name?.value),
    hash: hashDocument(text),
    coerce(variables) {
      const options = { hideSuggestions: true, maxErrors: 0 };
      const { variableValues } = getVariableValues(schema, variableDefinitions, variables, options);
      // A condition may be null if its variable has a default. Its field fails when it is reached.
      if (!variableValues) return null;
      const { coerced } = variableValues;
      return conditions.every((condition) => typeof coerced[condition] === 'boolean') ? variableValues : null;
    },
    compiled(variables) {
      const key = conditions.map((condition) => String(variables.coerced[condition])).join();
      const found = variants.get(key);
      if (found) return found;
      const compiled = traceExecution(
        compileQuery({ schema, fragments, variables }, schema.getQueryType()!, operation),
        { schema, document, operationName: name?.value, operationType: OperationTypeNode.QUERY },
      );
      variants.set(key, compiled);
      return compiled;
    },
  };
}

/** The variables that decide whether a field is skipped or included. */
function listConditions(document: DocumentNode): readonly string[] {
  const found = new Set<string>();
  visit(document, {
    Directive(node) {
      visit(node, {
        Variable({ name }) {
          found.add(name.value);
        },
      });
    },
  });
  return [...found];
}
