import { isCompositeType, Kind, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import type {
  DirectiveNode,
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLSchema,
  SelectionNode,
  SelectionSetNode,
} from 'graphql';

/** The default bound on directives, less a few: a document with more of them is refused. */
const MAX_CONDITIONS = 4;

/** Names that an object inherits, and the name of its own prototype. */
const INHERITED = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '__typename'] as const;

/**
 * Changes the selections of a document, so that the same fields are selected in other ways.
 * @param addCondition adds a boolean variable, and returns its name: `$v1`
 */
export function createSelectionChanges(
  schema: GraphQLSchema,
  random: () => number,
  addCondition: () => string,
): { change(document: DocumentNode): DocumentNode } {
  const chance = (share: number): boolean => random() < share;
  const index = (length: number): number => Math.floor(random() * length);
  const fragments: FragmentDefinitionNode[] = [];
  let conditions = 0;

  const drawCondition = (): readonly DirectiveNode[] => {
    if (conditions >= MAX_CONDITIONS || !chance(0.05)) return [];
    conditions += 1;
    const name = chance(0.5) ? 'skip' : 'include';
    const value = chance(0.3) ? String(chance(0.5)) : addCondition();
    return readSelections(`f @${name}(if: ${value})`)[0]?.directives ?? [];
  };

  /** The selections as one fragment, which is spread once or twice. */
  const wrap = (selections: readonly SelectionNode[], typeName: string): readonly SelectionNode[] => {
    const set: SelectionSetNode = { kind: Kind.SELECTION_SET, selections };
    if (chance(0.5)) {
      const condition = chance(0.5) ? ` on ${typeName}` : '';
      const [inline] = readSelections(`...${condition} { f }`);
      return inline?.kind === Kind.INLINE_FRAGMENT ? [{ ...inline, selectionSet: set }] : selections;
    }
    const name = `F${fragments.length}`;
    const [fragment] = parse(`fragment ${name} on ${typeName} { f }`).definitions;
    if (fragment?.kind !== Kind.FRAGMENT_DEFINITION) return selections;
    fragments.push({ ...fragment, selectionSet: set });
    return readSelections(chance(0.3) ? `...${name} ...${name}` : `...${name}`);
  };

  /** One field as two, each with a part of its selections. */
  const split = (field: FieldNode): readonly FieldNode[] => {
    const { selectionSet } = field;
    if (!selectionSet) return [field, field];
    const at = 1 + index(selectionSet.selections.length);
    const cut = (from: number, to?: number): FieldNode => ({
      ...field,
      selectionSet: { ...selectionSet, selections: selectionSet.selections.slice(from, to) },
    });
    return at < selectionSet.selections.length ? [cut(0, at), cut(at)] : [field, cut(at - 1)];
  };

  const changeSet = (set: SelectionSetNode, typeName: string): SelectionSetNode => {
    let selections: readonly SelectionNode[] = set.selections.map((selection) => {
      const directives = drawCondition();
      return directives.length > 0 ? { ...selection, directives } : selection;
    });
    if (chance(0.08)) {
      const at = index(selections.length);
      const one = selections[at];
      if (one?.kind === Kind.FIELD) selections = [...selections, ...split(one).slice(1)];
    }
    if (chance(0.12)) {
      const from = index(selections.length);
      const to = from + 1 + index(selections.length - from);
      selections = [
        ...selections.slice(0, from),
        ...wrap(selections.slice(from, to), typeName),
        ...selections.slice(to),
      ];
    }
    if (chance(0.06)) {
      const alias = INHERITED[index(chance(0.5) ? INHERITED.length : 1)] ?? '__typename';
      const added = readSelections(`${alias}: __typename`);
      selections = chance(0.5) ? [...added, ...selections] : [...selections, ...added];
    }
    return { ...set, selections };
  };

  return {
    change(document) {
      const typeInfo = new TypeInfo(schema);
      const changed = visit(
        document,
        visitWithTypeInfo(typeInfo, {
          SelectionSet: {
            leave(node) {
              const type = typeInfo.getParentType();
              return isCompositeType(type) ? changeSet(node, type.name) : undefined;
            },
          },
        }),
      );
      const definitions = chance(0.03) ? changed.definitions.map(addIntrospection) : changed.definitions;
      return { ...changed, definitions: [...definitions, ...fragments] };
    },
  };
}

function readSelections(text: string): readonly SelectionNode[] {
  const [definition] = parse(`{ ${text} }`, { noLocation: true }).definitions;
  return definition?.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [];
}

function addIntrospection(definition: DocumentNode['definitions'][number]) {
  if (definition.kind !== Kind.OPERATION_DEFINITION) return definition;
  const added = readSelections('__schema { queryType { name } }');
  const { selectionSet } = definition;
  return {
    ...definition,
    selectionSet: { ...selectionSet, selections: [...selectionSet.selections, ...added] },
  };
}
