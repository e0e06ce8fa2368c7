import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';

type Switches = NonNullable<ParseArgsConfig['options']>;

/** Some switches of a command line, and the arguments that are left without them. */
export interface TakenSwitches<Names extends string> {
  /** A switch that needs a value and has none is `true`; a switch that is not given is undefined. */
  readonly values: { readonly [Name in Names]?: string | boolean };
  readonly rest: readonly string[];
}

/**
 * Takes the switches that the caller knows and leaves the others for another command to check, which may run in another process.
 * The last one counts if a switch is given several times.
 */
export function takeSwitches<Known extends Switches>(
  args: readonly string[],
  known: Known,
): TakenSwitches<keyof Known & string> {
  const { tokens } = parseArgs({
    args: [...args],
    options: known,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: { [Name in keyof Known & string]?: string | boolean } = {};
  const taken = new Set<number>();
  for (const token of tokens) {
    if (token.kind !== 'option' || !Object.hasOwn(known, token.name)) continue;
    values[token.name as keyof Known & string] = token.value ?? true;
    taken.add(token.index);
    if (token.value !== undefined && !token.inlineValue) taken.add(token.index + 1);
  }
  return { values, rest: args.filter((_arg, index) => !taken.has(index)) };
}
