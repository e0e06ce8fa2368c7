import { Kind, OperationTypeNode, parse, validate } from 'graphql';
import type { GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { hasAccess, listNeededAccess } from '../../graph/access.ts';
import type { Access, Viewer } from '../../graph/access.ts';
import { readKnownDocument } from '../lane/documents.ts';
import type { KnownDocument } from '../lane/documents.ts';
import { findToolFaults } from './check-tool.ts';
import { writeInputSchema } from './input-schema.ts';
import type { JsonSchema } from './input-schema.ts';
import { listSelected, writeSelectionSchema } from './output-schema.ts';
import { addAfter, findRows, renameRows } from './rows.ts';
import type { Rows } from './rows.ts';
import { SPIKE_SCHEMA } from './spike.ts';

/** A named query that agents may call. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly known: KnownDocument;
  readonly input: JsonSchema;
  /** What its answer holds as `data`. */
  readonly output: JsonSchema;
  /** null: the answer has no such list, or several. */
  readonly rows: Rows | null;
  /** It compares a stretch of time with the one before. */
  readonly isSpike: boolean;
  /** What its fields need: one scope of each item. */
  readonly access: readonly Access[];
}

/** The variable that the service sets for a tool that compares a stretch of time with the one before. */
export const BEFORE_FROM = 'beforeFrom';

const SPIKE_KEYS = 'before,spike';
/**
 * Reads a tool from a document with one named query that has a description. null: it is no such document, so it is no tool.
 * @throws TypeError if the document does not fit the schema, or could not say whether its answer is all
 */
export function readTool(schema: GraphQLSchema, text: string): Tool | null {
  const document = parse(text);
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const description = operation?.description?.value;
  if (!operation?.name || !description || operation.operation !== OperationTypeNode.QUERY) return null;
  const [fault] = validate(schema, document);
  if (fault)
    throw new TypeError(`The tool ${operation.name.value} does not fit the schema: ${fault.message}`);
  const known = readKnownDocument(schema, text, document);
  if (!known) return null;
  const roots = listSelected(schema, document, schema.getQueryType()!, operation.selectionSet);
  const [gap] = findToolFaults(schema, document, roots);
  if (gap !== undefined) throw new TypeError(`The tool ${operation.name.value} ${gap}`);
  const variables = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value);
  const keys = roots.map(({ key }) => key).toSorted();
  const isSpike = keys.join() === SPIKE_KEYS && variables.includes(BEFORE_FROM);
  const rows = isSpike ? null : findRows(schema, document, roots);
  const input = writeInputSchema(schema, operation, new Set(isSpike ? [BEFORE_FROM] : []));
  const output = writeSelectionSchema(schema, document, roots);
  return {
    name: operation.name.value.replaceAll(/(?<=[a-z0-9])[A-Z]/g, '_$&').toLowerCase(),
    title: operation.name.value.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
    description: description.trim(),
    known,
    input: rows?.kind === 'list' ? addAfter(input) : input,
    output: isSpike ? SPIKE_SCHEMA : rows?.kind === 'pages' ? renameRows(output, rows.root) : output,
    rows,
    isSpike,
    access: roots.flatMap(({ field }) => listNeededAccess(field)),
  };
}

/** Whether a caller may get an answer from a tool. */
export function mayCall(viewer: Viewer, { access }: Tool): boolean {
  return access.every((needed) => hasAccess(viewer, needed));
}
