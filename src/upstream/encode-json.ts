declare global {
  interface JSON {
    /** ES2026; TypeScript's own libraries do not name it yet. */
    rawJSON(text: string): unknown;
  }
}

/** JSON of what `parseJson` has read, without loss: a bigint becomes the integer that it was. */
export function encodeJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? JSON.rawJSON(String(part)) : part,
  );
}
