const NEW_LINE = 10;
const QUOTE = 34;

/** Lets whole lines pass, but for the last one, which may be the receipt. */
export function createLineHolder() {
  let held = new Uint8Array();
  return {
    take(piece: Uint8Array): Uint8Array {
      const all = new Uint8Array(held.length + piece.length);
      all.set(held);
      all.set(piece, held.length);
      const lastEnd = all.lastIndexOf(NEW_LINE);
      const start = lastEnd <= 0 ? 0 : all.lastIndexOf(NEW_LINE, lastEnd - 1) + 1;
      held = all.slice(start);
      return all.slice(0, start);
    },
    /** The last line if it is whole. */
    held: (): Uint8Array => (held.at(-1) === NEW_LINE ? held : new Uint8Array()),
    size: (): number => held.length,
  };
}

/** Counts lines. @param isQuoted a line end inside quotes belongs to a cell of CSV */
export function createLineCounter(isQuoted: boolean) {
  let isInside = false;
  let count = 0;
  return {
    add(piece: Uint8Array): void {
      for (const byte of piece) {
        // A doubled quote leaves and enters again.
        if (isQuoted && byte === QUOTE) isInside = !isInside;
        else if (byte === NEW_LINE && !isInside) count += 1;
      }
    },
    count: (): number => count,
  };
}
