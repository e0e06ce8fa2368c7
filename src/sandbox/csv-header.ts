/** What the first line of a CSV file tells. */
export interface CsvHeader {
  readonly delimiter: Delimiter;
  /** The names of its columns, in their order. */
  readonly names: readonly string[];
}

const DELIMITERS = [',', ';', '\t'] as const;
type Delimiter = (typeof DELIMITERS)[number];

/**
 * Reads the header of a CSV file (RFC 4180). The delimiter is the one that brings out the most known names; if several do,
 * the one that brings out the most names.
 *
 * @param countKnown how many of these names are known
 */
export function readCsvHeader(line: string, countKnown: (names: readonly string[]) => number): CsvHeader {
  const [first, ...others] = DELIMITERS.map((delimiter) => {
    const names = splitLine(line, delimiter);
    return { delimiter, names, known: countKnown(names) };
  });
  const best = others.reduce(
    (left, right) =>
      right.known > left.known || (right.known === left.known && right.names.length > left.names.length)
        ? right
        : left,
    first!,
  );
  return { delimiter: best.delimiter, names: best.names };
}

function splitLine(line: string, delimiter: string): readonly string[] {
  const value = new RegExp(
    `(?: *"((?:[^"]|"")*)"[^${delimiter}]*|([^${delimiter}]*))(?:${delimiter}|$)`,
    'y',
  );
  const names: string[] = [];
  while (value.lastIndex <= line.length) {
    const [whole = '', quoted, plain = ''] = value.exec(line) ?? [];
    names.push((quoted?.replaceAll('""', '"') ?? plain).trim());
    if (!whole.endsWith(delimiter)) break;
  }
  return names;
}
