declare global {
  interface JSON {
    /** ECMAScript's own, not yet in TypeScript's library. */
    rawJSON(text: string): object;
  }
}

/** JSON whose bigints are written as integers, digit by digit. */
export function encodeJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? JSON.rawJSON(part.toString()) : part,
  );
}
