import { runInNewContext } from 'node:vm';
import {
  buildSchema,
  getNullableType,
  GraphQLError,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  responsePathAsArray,
} from 'graphql';
import type { GraphQLFieldResolver, GraphQLOutputType, GraphQLSchema } from 'graphql';
import { createSeededRandom } from './seeded-random.ts';
import { hashText } from './fuzz/dice.ts';

// A schema whose resolvers do all that a resolver may do: give values, null or errors, now or later, throw and reject.

const SDL = `
  type Query {
    leaf(n: Int): String
    sure(n: Int = 3): String!
    number: Int
    mood: Mood
    moods: [Mood!]
    thing(n: Int, in: Input): Thing
    sureThing: Thing!
    any(n: Int): Being
    sureAny: Being!
    either: Either
    things(n: Int): [Thing]
    sureThings: [Thing!]!
    beings: [Being!]
    grid: [[Int!]]!
    cube: [[[Thing!]]!]
    texts: [String]
  }
  enum Mood { GOOD BAD }
  input Input { a: Int! = 1, b: [String!], c: Input }
  interface Being { id: ID!, name(n: Int): String!, friend: Being, friends: [Being] }
  type Thing implements Being {
    id: ID!, name(n: Int): String!, friend: Being, friends: [Being]
    exposed: String!, parts: [Thing!], part: Thing!, weights: [Float!]!, query: Query
  }
  type Animal implements Being {
    id: ID!, name(n: Int): String!, friend: Being, friends: [Being]
    legs: Int!, exposed: Int, things: [Thing]!, either: [Either!]
  }
  union Either = Thing | Animal
`;

/** An object of the nasty schema. Its key decides what its fields give. */
interface Source {
  readonly key: string;
  readonly typeName: string;
  readonly exposed: unknown;
}

/** The class of promises of another realm: they have a `then`, but are no instances of `Promise`. */
const ForeignPromise = runInNewContext('Promise') as typeof Promise;

/** What fields give, and how often they fail. */
export interface Nastiness {
  readonly seed: number;
  /** The share of values that are null or an error. */
  readonly share: number;
  /** Whether values may come later. */
  readonly isAsync: boolean;
}

/**
 * The same nastiness makes the same schema: what a field gives depends on its object and on what its resolver is told.
 * @param onResolve gets what each resolver is told, when it is called
 */
export function createNastySchema(
  nastiness: Nastiness,
  onResolve: (told: string) => void = () => {},
): GraphQLSchema {
  const schema = buildSchema(SDL);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) type.resolveType = (source: Source) => source.typeName;
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.name === 'exposed') {
        field.extensions = { pothosExposedField: 'exposed' };
        field.resolve = (source: Source) => source.exposed;
      } else field.resolve = createResolver(nastiness, field.type, onResolve);
    }
  }
  return schema;
}

function createResolver(
  { seed, share, isAsync }: Nastiness,
  type: GraphQLOutputType,
  onResolve: (told: string) => void,
): GraphQLFieldResolver<Source | undefined, unknown> {
  return (source, args, _context, info) => {
    // If a resolver is told something else, it gives something else. The lane tells leaves no path.
    const { fieldName, fieldNodes, parentType, returnType, path } = info;
    const place = isLeafType(getNullableType(returnType)) ? '' : responsePathAsArray(path).join('/');
    const told = `${place} ${parentType.name}.${fieldName}(${JSON.stringify(args)}): ${String(returnType)} ${fieldNodes.length}`;
    const key = `${source?.key ?? ''} > ${told}`;
    onResolve(key);
    const random = createSeededRandom(hashText(`${seed} ${key}`));
    const chance = (part: number): boolean => random() < part;

    const postpone = (value: () => unknown): unknown => {
      const promise = wait(Math.floor(random() * 5), chance(0.15)).then(value);
      const given = chance(0.1) ? new ForeignPromise((resolve) => resolve(promise)) : promise;
      // The library drops what comes after its answer, and would leave a rejection in it without a handler.
      given.catch(() => {});
      return given;
    };
    const fail = (at: string): unknown => {
      const roll = random();
      if (roll < 0.35) return null;
      if (roll < 0.45) return undefined;
      if (roll < 0.6) return new Error(`given at ${at}`);
      if (roll < 0.75) throw new Error(`thrown at ${at}`);
      throw new GraphQLError(`refused at ${at}`, { extensions: { code: at.length } });
    };
    const give = (wanted: GraphQLOutputType, at: string): unknown => {
      if (isNonNullType(wanted)) return give(wanted.ofType, at);
      if (chance(share)) return fail(at);
      if (isListType(wanted)) {
        if (chance(share / 4)) return 7;
        const items = Array.from({ length: Math.floor(random() * 4) }, (_, index) => `${at}[${index}]`);
        return items.map((item) => {
          const giveItem = () => give(wanted.ofType, item);
          return isAsync && chance(0.3) ? postpone(giveItem) : catchError(giveItem);
        });
      }
      if (isLeafType(wanted)) return leafOf(wanted.name, random, chance(share));
      const typeName = isObjectType(wanted) ? wanted.name : chance(0.5) ? 'Thing' : 'Animal';
      return createSource(
        chance(share / 4) && !isObjectType(wanted) ? 'Nobody' : typeName,
        at,
        random,
        share,
      );
    };
    return isAsync && chance(0.4) ? postpone(() => give(type, key)) : give(type, key);
  };
}

async function wait(turns: number, isAfterImmediate: boolean): Promise<void> {
  if (isAfterImmediate) await new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
}

/** What `give` gives or throws. */
function catchError(give: () => unknown): unknown {
  try {
    return give();
  } catch (error) {
    return error;
  }
}

function leafOf(name: string, random: () => number, isBad: boolean): unknown {
  if (isBad) return { Float: Number.NaN, Mood: 'NONE' }[name] ?? { not: 'a leaf' };
  if (name === 'Int') return Math.floor(random() * 100);
  if (name === 'Float') return random();
  if (name === 'Mood') return random() < 0.5 ? 'GOOD' : 'BAD';
  // Texts are written from numbers, too.
  return random() < 0.1 ? 12 : `text ${Math.floor(random() * 1e6)}`;
}

function createSource(typeName: string, key: string, random: () => number, share: number): Source {
  const bad = [null, undefined, new Error(`exposed at ${key}`), {}];
  const exposed = random() < share ? bad[Math.floor(random() * bad.length)] : 5;
  return { key, typeName, exposed };
}
