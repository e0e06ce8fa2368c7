import {
  getNamedType,
  getNullableType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';
import type { GraphQLOutputType, GraphQLSchema } from 'graphql';
import { RequestError } from '../../base/errors.ts';
import type { ExportList } from './lists.ts';

/** One column of an export. */
export interface ExportField {
  /** The field's name in the graph, or `cursor`. */
  readonly name: string;
  /** The types of rows that have it; null: all. */
  readonly onTypes: readonly string[] | null;
  /** Its values are ids, so that a spreadsheet must not read them as numbers. */
  readonly isId: boolean;
  /** The name of the type of its values in the graph. */
  readonly type: string;
  /** A row has a list of such values. */
  readonly isList: boolean;
}

/** The sealed cursor of each row. It is left out unless it is asked for. */
export const CURSOR_FIELD: ExportField = {
  name: 'cursor',
  onTypes: null,
  isId: false,
  type: 'String',
  isList: false,
};

/** These come first, because people read them first. */
const LEADING: readonly string[] = ['timestamp', 'source', 'id'];

/**
 * All fields of a list's rows without objects and without arguments: those of all rows first, then those of one type each, and
 * otherwise in the order of the schema.
 */
export function listFields(
  schema: GraphQLSchema,
  { nodeType, rowTypes }: ExportList,
): readonly ExportField[] {
  const found = new Map<string, Leaf & { onTypes: string[] | null }>();
  for (const leaf of leavesOf(schema, nodeType)) found.set(leaf.name, { ...leaf, onTypes: null });
  for (const type of rowTypes) {
    for (const leaf of leavesOf(schema, type)) {
      const known = found.get(leaf.name);
      if (!known) found.set(leaf.name, { ...leaf, onTypes: [type] });
      else known.onTypes?.push(type);
    }
  }
  const rank = ({ name }: ExportField): number => LEADING.indexOf(name) + 1 || Infinity;
  return [...found.values()].toSorted((a, b) => rank(a) - rank(b) || 0);
}

type Leaf = Omit<ExportField, 'onTypes'>;

/** The leaves of a type. */
function leavesOf(schema: GraphQLSchema, typeName: string): readonly Leaf[] {
  const type = schema.getType(typeName);
  if (!isObjectType(type) && !isInterfaceType(type)) throw new TypeError(`${typeName} has no fields.`);
  return Object.values(type.getFields())
    .filter((field) => field.args.length === 0 && isLeaf(field.type))
    .map((field) => {
      const named = getNamedType(field.type).name;
      return {
        name: field.name,
        type: named,
        isId: named === 'ID',
        isList: isListType(getNullableType(field.type)),
      };
    });
}

function isLeaf(type: GraphQLOutputType): boolean {
  const inner = getNullableType(type);
  return isLeafType(getNullableType(isListType(inner) ? inner.ofType : inner));
}

/** So many letters of a wrong name are said again. */
const MAX_NAME_LETTERS = 60;

/**
 * The fields that `fields=a,b` names, in its order. @param text null: all fields, without the cursor
 * @throws RequestError `BAD_USER_INPUT`
 */
export function readFields(text: string | null, all: readonly ExportField[]): readonly ExportField[] {
  if (text === null) return all;
  const known = new Map([...all, CURSOR_FIELD].map((field) => [field.name, field]));
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined)
    throw refuse(`names ${JSON.stringify(unknown.slice(0, MAX_NAME_LETTERS))}, which is no field.`, known);
  if (new Set(names).size < names.length) throw refuse('names a field twice.', known);
  return names.map((name) => known.get(name)!);
}

function refuse(fault: string, known: ReadonlyMap<string, ExportField>): RequestError {
  return new RequestError(
    'BAD_USER_INPUT',
    `'fields' ${fault} It takes these, with commas between: ${[...known.keys()].join(', ')}.`,
    { argument: 'fields' },
  );
}
