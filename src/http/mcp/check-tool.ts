import { getNamedType, isInterfaceType, isObjectType } from 'graphql';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { listSelected } from './output-schema.ts';
import type { Selected } from './output-schema.ts';

/** What a selection must have if its type has the first of these, so that an answer can say whether it is all. */
const NEEDED: readonly (readonly [field: string, names: readonly string[]])[] = [
  ['coverage', ['source', 'status', 'from', 'to', 'code']],
  ['pageInfo', ['hasNextPage']],
];

/** The faults of a document that could not say whether its answer is all: each the rest of a sentence. */
export function findToolFaults(
  schema: GraphQLSchema,
  document: DocumentNode,
  selected: readonly Selected[],
): string[] {
  return selected.flatMap(({ key, node, field }) => {
    const type = getNamedType(field.type);
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    const inner = listSelected(schema, document, type, node.selectionSet);
    const missing = NEEDED.filter(([name]) => type.getFields()[name]).filter(([name, names]) => {
      const one = inner.find((each) => each.key === name && each.field.name === name && each.isAlways);
      const named = one && getNamedType(one.field.type);
      const has = one && named ? listSelected(schema, document, named, one.node.selectionSet) : [];
      return !names.every((wanted) => has.some((each) => each.key === wanted));
    });
    return [
      ...missing.map(([name, names]) => `must select ${name} { ${names.join(' ')} } in '${key}'.`),
      ...findToolFaults(schema, document, inner),
    ];
  });
}
