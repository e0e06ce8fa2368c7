import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { ErrorCode } from 'yaml';

/** A file of YAML that could be read. */
export interface Yaml {
  readonly content: unknown;
  has(path: readonly PropertyKey[]): boolean;
  /** The line of a value, or of the nearest group around it that is there; null: the file is empty. */
  lineOf(path: readonly PropertyKey[]): number | null;
  /** The line of a key in the group at the path. */
  lineOfKey(path: readonly PropertyKey[], key: string): number | null;
}

export type ParsedYaml =
  | { readonly kind: 'yaml'; readonly yaml: Yaml }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

/** The faults that people make, and what to do. The library's own texts quote the file. */
const WORDS: Partial<Record<ErrorCode, string>> = {
  TAB_AS_INDENT: 'is indented by a tab: use spaces',
  DUPLICATE_KEY: 'repeats a word of its group: leave one out',
  BAD_INDENT: 'has a wrong indent, or a bracket before it is not closed',
  MISSING_CHAR: 'lacks a closing quote or bracket, a comma or a colon',
  BLOCK_AS_IMPLICIT_KEY: "has a second ': ': put the text after the first one in quotes",
  MULTILINE_IMPLICIT_KEY: "lacks the ': ' after its word",
  MULTIPLE_DOCS: "begins a second document ('---'): put all alerts into one list",
};

/** Reads YAML. Each fault is a sentence with its line, and without a text of the file. */
export function readYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines });
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ code, pos }) => {
      const words = WORDS[code] ?? `is not YAML (${code}): compare it with the files in docs/alerts.md`;
      return `line ${lines.linePos(pos[0]).line} ${words}.`;
    });
    return { kind: 'faults', faults: [...new Set(faults)] };
  }
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 0 });
  } catch {
    return { kind: 'faults', faults: ['must not use aliases (*name): write the text out.'] };
  }
  const nodeAt = (path: readonly PropertyKey[]): unknown => document.getIn(path, true);
  const lineAt = (node: unknown): number | null =>
    isNode(node) && node.range ? lines.linePos(node.range[0]).line : null;
  return {
    kind: 'yaml',
    yaml: {
      content,
      has: (path) => document.hasIn(path),
      lineOf(path) {
        for (let length = path.length; length >= 0; length -= 1) {
          const line = lineAt(nodeAt(path.slice(0, length)));
          if (line !== null) return line;
        }
        return null;
      },
      lineOfKey(path, key) {
        const group = nodeAt(path);
        const pair = isMap(group)
          ? group.items.find((one) => isScalar(one.key) && one.key.value === key)
          : null;
        return lineAt(pair?.key);
      },
    },
  };
}
