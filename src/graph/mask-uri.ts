/** More of a URI is not looked at, and not shown: what masking costs is bounded by it. */
export const MAX_URI_LETTERS = 1_024;

// What ends a path, percent-encoded however often: a URI may carry another one. `%u003f` is how old scripts encode.
const DELIMITER = /[?#;&=]|%(?:25)*(?:u00)?(?:3f|23|3b|26|3d)/i;
const NAME_LETTERS = /^[\w.~-]{0,64}$/;
const SCHEME = /^https?:$/i;
const HIDDEN = '*';
/** From seven digits on, it may be a phone number. */
const MAX_DIGITS = 6;
const FOUR_NUMBERS = /\d+(?:[._~-]\d+){3}/;
/** Words of one part stand between these. Longer ones, or ones that mix in digits, are keys and tokens. */
const BETWEEN_WORDS = /[._~-]+/;
const WORD = /^(?:[A-Za-z]{0,24}|\w{0,12})$/;

/**
 * The path of a URI, without what may be personal: cut at its query, fragment or parameters, and with `*` for each part that is
 * no name, version or small number, such as a mail or network address, a phone number, a token or a text.
 */
export function maskUri(uri: string): string {
  const isLonger = uri.length > MAX_URI_LETTERS;
  // One letter is left for the star.
  const seen = isLonger ? uri.slice(0, MAX_URI_LETTERS - 1) : uri;
  const end = DELIMITER.exec(seen)?.index;
  const parts = seen.slice(0, end).split('/');
  // Of a part that was cut, the end may say what it is.
  const cut = end === undefined && isLonger ? parts.length - 1 : null;
  return parts
    .map((part, index) => (index !== cut && (isName(part) || isScheme(parts, index)) ? part : HIDDEN))
    .join('/');
}

function isName(part: string): boolean {
  return (
    NAME_LETTERS.test(part) &&
    part.replaceAll(/\D/g, '').length <= MAX_DIGITS &&
    !FOUR_NUMBERS.test(part) &&
    part.split(BETWEEN_WORDS).every((word) => WORD.test(word))
  );
}

function isScheme(parts: readonly string[], index: number): boolean {
  return index === 0 && parts[1] === '' && SCHEME.test(parts[0] ?? '');
}
