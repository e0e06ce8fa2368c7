/** Something that the reader can have done: by the palette, and by keys if it has some. */
export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: 'Pages' | 'Range' | 'This page' | 'Look' | 'Views' | 'Entries' | 'Help' | 'Time zones';
  /** Keys one after the other, such as `g l`. */
  readonly keys?: string;
  /** Further words that find it. */
  readonly also?: string;
  /** It is found by typing only, because there are many of its kind. */
  readonly isHidden?: boolean;
  readonly run: () => void;
}

export interface CommandGroup {
  readonly value: string;
  readonly items: readonly Command[];
}

/** The commands that have all typed words, in their groups. Without words: those that are not hidden. */
export function findCommands(commands: readonly Command[], typed: string): readonly CommandGroup[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const found = commands.filter(({ label, group, also = '', isHidden = false }) => {
    const text = `${label} ${group} ${also}`.toLowerCase();
    return words.length === 0 ? !isHidden : words.every((word) => text.includes(word));
  });
  const groups = [...new Set(found.map(({ group }) => group))];
  return groups.map((value) => ({ value, items: found.filter(({ group }) => group === value) }));
}

/** What Enter runs: the command that is marked, if it was marked for this very text; otherwise the first that the text finds. */
export function chooseCommand(
  groups: readonly CommandGroup[],
  typed: string,
  marked: { readonly typed: string; readonly id: string } | null,
): Command | undefined {
  const found = groups.flatMap(({ items }) => items);
  return (marked?.typed === typed ? found.find(({ id }) => id === marked.id) : undefined) ?? found[0];
}

/** How long the next key of a sequence may take, and how long no key acts after text. */
const WAIT_MS = 1_000;

/**
 * Reads keys as they are pressed. Returns the id of the command whose keys are complete. A key that neither is a command nor goes on with one
 * is taken for text, for example of a reader who believes that a field has the focus: then no key acts until a second passes without one.
 */
export function createKeyReader(now: () => number) {
  let typed: readonly string[] = [];
  let isText = false;
  let lastMs = -Infinity;
  return (commands: readonly Command[], key: string): string | null => {
    // Shift, Tab, Enter, space or arrows write no letter.
    if (key.trim().length !== 1) return null;
    if (now() - lastMs > WAIT_MS) {
      typed = [];
      isText = false;
    }
    lastMs = now();
    if (isText) return null;
    typed = [...typed, key];
    const text = typed.join(' ');
    const exact = commands.find(({ keys }) => keys === text);
    isText = !exact && !commands.some(({ keys }) => keys?.startsWith(`${text} `));
    if (exact) typed = [];
    return exact?.id ?? null;
  };
}

/** Where the console shows the entry of a global id, or of a vendor's id of a call; null: the text is neither. */
export function findEntry(text: string): { readonly to: '/log' | '/events'; readonly open: string } | null {
  const id = text.trim();
  if (/^[0-9a-f]{24}$/.test(id)) return { to: '/log', open: encode(`UsageRecord:${id}`) };
  if (!/^[\w-]{12,200}$/.test(id)) return null;
  const plain = decode(id);
  if (plain.startsWith('UsageRecord:')) return { to: '/log', open: id };
  return plain.startsWith('Event:') ? { to: '/events', open: id } : null;
}

const encode = (text: string): string =>
  btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

function decode(text: string): string {
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return '';
  }
}
