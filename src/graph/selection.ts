import {
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isInterfaceType,
  isObjectType,
  Kind,
} from 'graphql';
import type {
  FieldNode,
  GraphQLNamedType,
  GraphQLOutputType,
  GraphQLResolveInfo,
  SelectionSetNode,
} from 'graphql';

/** One field that the answer will hold, its fragments spread and its repetitions merged. */
export interface SelectedField {
  readonly name: string;
  /** The alias, or the name where there is none. */
  readonly responseKey: string;
  /** The arguments as the resolver will get them: coerced, defaults filled in. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The names of the fields selected in it. */
  readonly selectedNames: ReadonlySet<string>;
}

interface Field {
  readonly parent: GraphQLNamedType;
  readonly nodes: FieldNode[];
}

/**
 * The fields that the operation selects below the field being resolved, under `path` (field names, not aliases):
 * through fragments, inline fragments, aliases, `@include` and `@skip`. Where types are abstract, the fields of every
 * possible type count. A field selected twice under one response key is one entry.
 */
export function selectedFields(
  info: GraphQLResolveInfo,
  ...path: readonly string[]
): readonly SelectedField[] {
  return [...fieldsAt(info, path)].map(([key, field]) => describeField(info, key, field));
}

/** The names of the fields that the operation selects under `path`; see `selectedFields`. */
export function selectedFieldNames(
  info: GraphQLResolveInfo,
  ...path: readonly string[]
): ReadonlySet<string> {
  return new Set([...fieldsAt(info, path).values()].map((field) => nameOf(field)));
}

function fieldsAt(info: GraphQLResolveInfo, path: readonly string[]): Map<string, Field> {
  let fields = subfields(info, info.returnType, info.fieldNodes);
  for (const name of path) {
    const next = new Map<string, Field>();
    for (const field of fields.values()) {
      const type = nameOf(field) === name ? fieldType(field) : undefined;
      if (type) merge(next, subfields(info, type, field.nodes));
    }
    fields = next;
  }
  return fields;
}

function subfields(
  info: GraphQLResolveInfo,
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
): Map<string, Field> {
  const found = new Map<string, Field>();
  const visited = new Set<string>();
  for (const node of nodes) {
    if (node.selectionSet) collect(info, getNamedType(type), node.selectionSet, found, visited);
  }
  return found;
}

function collect(
  info: GraphQLResolveInfo,
  parent: GraphQLNamedType,
  selectionSet: SelectionSetNode,
  found: Map<string, Field>,
  visited: Set<string>,
): void {
  for (const selection of selectionSet.selections) {
    if (!isIncluded(info, selection)) continue;
    if (selection.kind === Kind.FIELD) {
      const key = selection.alias?.value ?? selection.name.value;
      merge(found, new Map([[key, { parent, nodes: [selection] }]]));
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      const condition = selection.typeCondition?.name.value;
      collect(info, typeNamed(info, condition) ?? parent, selection.selectionSet, found, visited);
    } else if (!visited.has(selection.name.value)) {
      visited.add(selection.name.value);
      const fragment = info.fragments[selection.name.value];
      const condition = fragment && typeNamed(info, fragment.typeCondition.name.value);
      if (condition) collect(info, condition, fragment.selectionSet, found, visited);
    }
  }
}

function merge(into: Map<string, Field>, from: ReadonlyMap<string, Field>): void {
  for (const [key, field] of from) {
    // Two types behind one abstract type may give one key to different fields: both are kept.
    const known = into.get(key);
    if (!known) into.set(key, { parent: field.parent, nodes: [...field.nodes] });
    else if (nameOf(known) === nameOf(field)) known.nodes.push(...field.nodes);
    else into.set(`${key} of ${field.parent.name}`, { parent: field.parent, nodes: [...field.nodes] });
  }
}

function describeField(info: GraphQLResolveInfo, key: string, field: Field): SelectedField {
  const definition = definitionOf(field);
  const [node] = field.nodes;
  const below = definition ? subfields(info, definition.type, field.nodes) : new Map<string, Field>();
  return {
    name: nameOf(field),
    responseKey: node?.alias?.value ?? node?.name.value ?? key,
    arguments:
      definition && node ? getArgumentValues(definition, node, info.variableValues, undefined, true) : {},
    selectedNames: new Set([...below.values()].map((entry) => nameOf(entry))),
  };
}

function isIncluded(info: GraphQLResolveInfo, node: { directives?: FieldNode['directives'] }): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, node, info.variableValues);
  if (skip?.['if'] === true) return false;
  const include = getDirectiveValues(GraphQLIncludeDirective, node, info.variableValues);
  return include?.['if'] !== false;
}

function typeNamed(info: GraphQLResolveInfo, name: string | undefined): GraphQLNamedType | undefined {
  return name === undefined ? undefined : info.schema.getType(name);
}

function nameOf(field: Field): string {
  return field.nodes[0]?.name.value ?? '';
}

function definitionOf({ parent, nodes }: Field) {
  const name = nodes[0]?.name.value;
  if (name === undefined || !(isObjectType(parent) || isInterfaceType(parent))) return undefined;
  return parent.getFields()[name];
}

function fieldType(field: Field): GraphQLOutputType | undefined {
  return definitionOf(field)?.type;
}
