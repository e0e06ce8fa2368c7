const NAMES_SHOWN = 40;
const LETTERS_SHOWN = 60;

/** Such as `1 row` or `2 rows`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** A list of names for people. The names come from files, so they may be long, many, or hold control characters. */
export function showNames(names: readonly string[]): string {
  const shown = names
    .filter((name) => name !== '')
    .slice(0, NAMES_SHOWN)
    // A terminal would obey control characters.
    .map((name) => name.replaceAll(/[\p{C}]+/gu, ' ').slice(0, LETTERS_SHOWN));
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  return shown.length === 0 ? 'none' : `${shown.join(', ')}${more}`;
}
