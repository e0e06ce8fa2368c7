import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { GraphQLField, GraphQLInputType, GraphQLNamedOutputType, GraphQLSchema } from 'graphql';

/** Existing ids and cursors that a random query may use. */
export interface QueryPool {
  readonly ids: readonly string[];
  readonly recordIds: readonly string[];
  readonly cursors: readonly string[];
}

/** Values by the name of an argument or field, or of its type. A few of them are out of bounds on purpose. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  first: ['1', '2', '5', '20', '50', '120', '500', '0', '501', '1000000'],
  last: ['1', '3', '20', '50', '260', '-1'],
  top: ['1', '5', '20', '100', '501'],
  range: [
    '{ last: "PT10M" }',
    '{ last: "PT3H" }',
    '{ last: "P1D" }',
    '{ last: "P7D" }',
    '{ last: "P30D" }',
    '{ from: "2026-02-01T00:00:00Z", to: "2026-03-01T00:00:00Z" }',
    '{ from: "2026-03-01T00:00:00Z", to: "2026-02-01T00:00:00Z" }',
  ],
  offset: ['"P1D"', '"P7D"', '"P1M"', '"P1Y"'],
  within: ['"PT1M"', '"PT5M"', '"PT30M"', '"PT24H"', '"P2D"'],
  keys: ['["sfdc"]', '["sfdc", "googledrive", "nobody"]', '[]'],
  elementKeys: ['["sfdc"]', '["googledrive", "box"]', '[]'],
  tags: ['["production"]', '[]'],
  hub: ['"crm"', '"documents"'],
  eq: ['"authentication"', '"user-locked-out"', '"bob smith"'],
  in: ['["authentication", "users"]', '[]'],
  contains: ['"fail"', '"_"', '""'],
  startsWith: ['"user-"', '"a%"'],
  searchText: ['"login"', '"oauth"'],
  timeZone: ['"UTC"', '"Europe/Berlin"', '"Asia/Kathmandu"', '"Nowhere/Land"'],
  IP: ['"10.0.0.0/8"', '"45.67.89.178"', '"2001:db8::1"'],
  Boolean: ['true', 'false'],
  Int: ['1', '7'],
  String: ['"x"'],
  DateTime: ['"2026-03-01T00:00:00Z"'],
};

/**
 * Random texts for the values of arguments and of input fields.
 * @param name of the argument or field: some names have values of their own
 * @param depth how many levels of `not` a filter may have
 */
export function createValueWriter(
  random: () => number,
  pool: QueryPool,
): (name: string, type: GraphQLInputType, depth: number) => string {
  const pick = createPick(random);
  const writeValue = (name: string, type: GraphQLInputType, depth: number): string => {
    if (name === 'recordId') return JSON.stringify(pick(pool.recordIds));
    if (name === 'after' || name === 'before') return JSON.stringify(pick(pool.cursors));
    const listed = VALUES[name];
    if (listed) return pick(listed);
    const bare = getNullableType(type);
    if (isListType(bare)) {
      const count = name === 'ids' ? pick([1, 3, 10, 25]) : pick([1, 2]);
      return `[${Array.from({ length: count }, () => writeValue('', bare.ofType, depth)).join(', ')}]`;
    }
    if (isEnumType(bare)) return pick(bare.getValues()).name;
    if (isInputObjectType(bare)) {
      const fields = Object.values(bare.getFields()).filter((field) => depth > 0 || field.name !== 'not');
      const chosen = bare.isOneOf
        ? [pick(fields)]
        : fields.filter((field) => isNonNullType(field.type) || random() < 0.3);
      return `{ ${chosen.map((field) => `${field.name}: ${writeValue(field.name, field.type, depth - 1)}`).join(', ')} }`;
    }
    const scalar = getNamedType(type).name;
    return scalar === 'ID' ? JSON.stringify(pick(pool.ids)) : pick(VALUES[scalar] ?? ['null']);
  };
  return writeValue;
}

function createPick(random: () => number): <Value>(values: readonly Value[]) => Value {
  return (values) => values[Math.floor(random() * values.length)] ?? values[0]!;
}

/** Random valid operations of a schema: deep, wide, aliased, with fragments. */
export function createRandomQueries(
  schema: GraphQLSchema,
  random: () => number,
  pool: QueryPool,
): () => string {
  const pick = createPick(random);
  const writeValue = createValueWriter(random, pool);
  const chance = (share: number): boolean => random() < share;
  let left = 0;
  let aliases = 0;

  const writeField = (field: GraphQLField<unknown, unknown>, depth: number): string => {
    const given = field.args.filter(
      (argument) => (isNonNullType(argument.type) && argument.defaultValue === undefined) || chance(0.35),
    );
    const args = given.map((argument) => `${argument.name}: ${writeValue(argument.name, argument.type, 2)}`);
    const written = args.length > 0 ? `${field.name}(${args.join(', ')})` : field.name;
    const type = getNamedType(field.type);
    return isLeafType(type) ? written : `${written} ${writeSet(type, depth - 1)}`;
  };

  const writeSet = (type: GraphQLNamedOutputType, depth: number): string => {
    if (!isObjectType(type) && !isInterfaceType(type)) return '{ __typename }';
    const fields = Object.values(type.getFields()).filter(
      (field) => depth > 0 || isLeafType(getNamedType(field.type)),
    );
    const written = new Map<string, string>();
    for (let n = pick([1, 2, 3, 5]); n > 0 && left > 0 && fields.length > 0; n -= 1) {
      left -= 1;
      const field = pick(fields);
      const isAgain = written.has(field.name);
      if (isAgain && (aliases <= 0 || field.args.length === 0)) continue;
      if (isAgain) aliases -= 1;
      const key = isAgain ? `a${aliases}` : field.name;
      written.set(key, isAgain ? `${key}: ${writeField(field, depth)}` : writeField(field, depth));
    }
    if (isInterfaceType(type) && left > 0) {
      const possible = pick(schema.getPossibleTypes(type));
      if (possible) written.set('...', `... on ${possible.name} ${writeOwnSet(possible.name, depth)}`);
    }
    return `{ ${[...written.values(), ...(written.size === 0 ? ['__typename'] : [])].join(' ')} }`;
  };

  /** The set of an inline fragment. It selects only fields that its interfaces lack, so that they can't conflict with others. */
  const writeOwnSet = (name: string, depth: number): string => {
    const type = schema.getType(name);
    if (!isObjectType(type)) return '{ __typename }';
    const shared = new Set(type.getInterfaces().flatMap((one) => Object.keys(one.getFields())));
    const own = Object.values(type.getFields()).filter(
      (field) => !shared.has(field.name) && (depth > 0 || isLeafType(getNamedType(field.type))),
    );
    const chosen = own.filter(() => chance(0.15));
    return `{ ${['__typename', ...chosen.map((field) => writeField(field, depth))].join(' ')} }`;
  };

  return () => {
    left = pick([4, 10, 25, 60]);
    aliases = 8;
    const root = schema.getQueryType();
    if (!root) throw new TypeError('The schema has no queries.');
    return `query ${chance(0.3) ? `R${Math.floor(random() * 1e6)} ` : ''}${writeSet(root, pick([2, 3, 4, 5, 6]))}`;
  };
}
