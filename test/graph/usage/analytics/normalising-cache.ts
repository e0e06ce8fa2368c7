import { parse, valueFromASTUntyped } from 'graphql';
import type { FieldNode, SelectionSetNode } from 'graphql';

type Fields = Record<string, unknown>;

/** The key of an object in a client's cache. null: the object has no key. */
export type KeyOf = (object: Fields) => string | null;

/** The keys of Apollo Client: type and id. */
export const byTypeAndId: KeyOf = ({ __typename, id }) =>
  typeof id === 'string' ? `${String(__typename)}:${id}` : null;

/** The keys of Relay: only the id. */
export const byIdAlone: KeyOf = ({ id }) => (typeof id === 'string' ? id : null);

/**
 * The strictest cache that a client may have. An object with a key is stored once: its fields, by name and arguments, are
 * merged into the stored ones. An object without a key is replaced as a whole by the next one at the same place.
 */
export function createNormalisingCache(keyOf: KeyOf) {
  const objects = new Map<string, Fields>([['ROOT', {}]]);

  const write = (value: unknown, selection: SelectionSetNode | undefined): unknown => {
    if (!selection || value === null) return value;
    if (Array.isArray(value)) return value.map((entry) => write(entry, selection));
    const object = value as Fields;
    const fields: Fields = {};
    for (const field of fieldsOf(selection))
      fields[storeNameOf(field)] = write(object[nameOf(field)], field.selectionSet);
    const key = keyOf(object);
    if (key === null) return fields;
    objects.set(key, { ...objects.get(key), ...fields });
    return { ref: key };
  };

  const read = (stored: unknown, selection: SelectionSetNode | undefined): unknown => {
    if (!selection || stored === null) return stored;
    if (Array.isArray(stored)) return stored.map((entry) => read(entry, selection));
    const kept = stored as Fields;
    const object = typeof kept['ref'] === 'string' ? (objects.get(kept['ref']) ?? {}) : kept;
    const entries = fieldsOf(selection).map((field) => {
      const name = storeNameOf(field);
      if (!(name in object)) throw new Error(`${name} has been evicted`);
      return [nameOf(field), read(object[name], field.selectionSet)] as const;
    });
    return Object.fromEntries(entries);
  };

  return {
    write(query: string, data: Fields): void {
      const selection = selectionOf(query);
      const fields = write({ ...data, id: undefined }, selection) as Fields;
      objects.set('ROOT', { ...objects.get('ROOT'), ...fields });
    },
    /** @throws Error if a field of the query is no longer stored */
    read: (query: string): unknown => read(objects.get('ROOT'), selectionOf(query)),
  };
}

function selectionOf(query: string): SelectionSetNode {
  const [operation] = parse(query).definitions;
  if (operation?.kind !== 'OperationDefinition') throw new Error('not an operation');
  return operation.selectionSet;
}

function fieldsOf(selection: SelectionSetNode): FieldNode[] {
  return selection.selections.filter((entry) => entry.kind === 'Field');
}

function nameOf(field: FieldNode): string {
  return field.alias?.value ?? field.name.value;
}

function storeNameOf(field: FieldNode): string {
  const args = (field.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]);
  return `${field.name.value} ${JSON.stringify(args)}`;
}
