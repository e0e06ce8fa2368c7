// An integer of 16 digits or more where a value may stand; in a string it merely costs the slower way.
const LONG_INTEGER = /(?:^|[:,[])\s*-?\d{16}/;
const INTEGER = /^-?\d+$/;

/**
 * JSON as a value, without loss: an integer beyond ±(2^53 − 1) becomes a bigint, where JSON.parse alone would round it
 * in silence. Keys such as `__proto__` become own properties and change no prototype.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  return LONG_INTEGER.test(text) ? JSON.parse(text, reviveLongInteger) : JSON.parse(text);
}

function reviveLongInteger(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && INTEGER.test(source) ? BigInt(source) : value;
}
