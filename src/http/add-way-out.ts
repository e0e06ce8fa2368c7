import { INPUT_EXAMPLES } from '../graph/input-examples.ts';

/** The library's sentence about a wrong value, with an example of what was wanted if that is an object. */
export function addWayOut(message: string): string {
  const [, type = ''] = /Expected value of type "(\w+)!?" to be an object, found: /.exec(message) ?? [];
  const example = INPUT_EXAMPLES.get(type);
  return example === undefined ? message : `${message} Write an object, such as ${example}.`;
}
