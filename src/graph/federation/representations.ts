import { RequestError } from '../../base/errors.ts';
import type { Limits } from '../context.ts';
import { decodeGlobalId } from '../global-id.ts';
import type { GlobalId } from '../global-id.ts';
import { checkCount } from '../node.ts';

/** The types that a representation may name, and the source of their entries; null: either. */
const SOURCE_OF: ReadonlyMap<unknown, GlobalId['source'] | null> = new Map([
  ['Activity', null],
  ['Event', 'EVENTS'],
  ['UsageRecord', 'USAGE'],
]);

/** The entry that a representation names; null: no entry has this id and this type. */
export type Represented = GlobalId | null | RequestError;

/**
 * Reads what a gateway asks for by `_entities`. A representation that is wrong fails alone, as an item of the result.
 * @throws RequestError `LIMIT_EXCEEDED` for more representations than `maxPageSize`
 */
export function readRepresentations(
  representations: readonly unknown[],
  limits: Pick<Limits, 'maxPageSize'>,
): readonly Represented[] {
  checkCount('representations', representations, limits);
  return representations.map(readRepresentation);
}

function readRepresentation(given: unknown, index: number): Represented {
  const place = `representations[${index}]`;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return fault(place, 'must be an object, such as { __typename: "Event", id: "…" }.');
  }
  const source = SOURCE_OF.get(Reflect.get(given, '__typename'));
  if (source === undefined) {
    return fault(`${place}.__typename`, `must be one of ${[...SOURCE_OF.keys()].join(', ')}.`);
  }
  const id: unknown = Reflect.get(given, 'id');
  if (typeof id !== 'string') {
    return fault(`${place}.id`, 'must be the global id of an entry, as the field `id` gives it.');
  }
  const found = decodeGlobalId(id);
  return found && (source === null || found.source === source) ? found : null;
}

function fault(argument: string, rule: string): RequestError {
  return new RequestError('BAD_USER_INPUT', `'${argument}' ${rule}`, { argument });
}
