import { Kind } from 'graphql';
import type { ASTNode, DocumentNode } from 'graphql';

/**
 * The path to a node inside an argument's value: `range.from`, `filter.category.in[1]`; or inside a variable's default:
 * `$first`. null: the node is not part of a value.
 */
export function findArgument(document: DocumentNode, node: ASTNode): string | null {
  const search = (here: ASTNode, path: string | null): string | null => {
    if (here === node) return path;
    for (const [child, step] of listChildren(here)) {
      const found = search(child, step === '' ? path : extend(path, child, step));
      if (found !== null) return found;
    }
    return null;
  };
  return search(document, null);
}

/** The children that can lead to values, each with what it adds to the path. */
function listChildren(node: ASTNode): readonly (readonly [ASTNode, string])[] {
  switch (node.kind) {
    case Kind.DOCUMENT:
      return node.definitions.map((definition) => [definition, '']);
    case Kind.OPERATION_DEFINITION:
      return [...(node.variableDefinitions ?? []), ...(node.directives ?? []), node.selectionSet].map(
        (child) => [child, ''],
      );
    case Kind.FRAGMENT_DEFINITION:
    case Kind.INLINE_FRAGMENT:
      return [...(node.directives ?? []), node.selectionSet].map((child) => [child, '']);
    case Kind.SELECTION_SET:
      return node.selections.map((selection) => [selection, '']);
    case Kind.FIELD: {
      const { arguments: given = [], directives = [], selectionSet } = node;
      const nested = selectionSet ? [selectionSet] : [];
      return [
        ...given.map((argument) => [argument, argument.name.value] as const),
        ...[...directives, ...nested].map((child) => [child, ''] as const),
      ];
    }
    case Kind.FRAGMENT_SPREAD:
      return (node.directives ?? []).map((child) => [child, '']);
    case Kind.DIRECTIVE:
      return (node.arguments ?? []).map((argument) => [argument, argument.name.value]);
    case Kind.VARIABLE_DEFINITION:
      return node.defaultValue ? [[node.defaultValue, `$${node.variable.name.value}`]] : [];
    case Kind.ARGUMENT:
      return [[node.value, '']];
    case Kind.OBJECT:
      return node.fields.map((field) => [field, field.name.value]);
    case Kind.OBJECT_FIELD:
      return [[node.value, '']];
    case Kind.LIST:
      return node.values.map((value, index) => [value, `[${index}]`]);
    default:
      return [];
  }
}

function extend(path: string | null, child: ASTNode, step: string): string {
  // An argument or a variable's default begins a new path.
  if (path === null || child.kind === Kind.ARGUMENT) return step;
  return step.startsWith('[') ? `${path}${step}` : `${path}.${step}`;
}
