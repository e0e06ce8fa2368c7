import { RequestError } from '../base/errors.ts';
import type { Viewer } from './access.ts';
import { builder } from './builder.ts';

/** Personal data, which only a caller with `pii:read` may see. */
export const MASKED_FIELDS = ['USERNAME', 'IP_ADDRESS', 'DESCRIPTION', 'REQUEST_URI'] as const;
export type MaskedField = (typeof MASKED_FIELDS)[number];

/** `MaskedField` in the graph. */
export const MaskedFieldType = builder.enumType('MaskedField', {
  description: 'Personal data that a caller without `pii:read` does not see.',
  values: {
    USERNAME: { description: '`username`.' },
    IP_ADDRESS: { description: '`ipAddress` and `requestIP`.' },
    DESCRIPTION: { description: '`description`, which names people.' },
    REQUEST_URI: {
      description:
        'The query string of `requestURI`, and each part of its path that is no name, version or number of up to six digits.',
    },
  } as const,
});

/** Those of `fields` that are hidden from the viewer; told for each entry alike, whether it has a value or not. */
export function maskedFields(viewer: Viewer, fields: readonly MaskedField[]): readonly MaskedField[] {
  return viewer.scopes.has('pii:read') ? [] : fields;
}

/** `value` where the viewer may see `field`; else null. */
export function unlessMasked<Value>(viewer: Viewer, field: MaskedField, value: Value): Value | null {
  return maskedFields(viewer, [field]).length > 0 ? null : value;
}

/** A URI, or what `maskUri` leaves of it where the viewer may not see all of it. */
export function maskRequestUri(viewer: Viewer, uri: string | null): string | null {
  return uri === null || maskedFields(viewer, ['REQUEST_URI']).length === 0 ? uri : maskUri(uri);
}

/**
 * Refuses to filter or sort by what the viewer may not see: the answer would tell it.
 * @throws RequestError `FORBIDDEN` naming the argument
 */
export function refuseMasked(viewer: Viewer, field: MaskedField, argument: string): void {
  if (maskedFields(viewer, [field]).length === 0) return;
  throw new RequestError('FORBIDDEN', `'${argument}' needs the scope pii:read.`, { argument });
}

/** More of a URI is not looked at, and not shown: what masking costs is bounded by it. */
export const MAX_URI_LENGTH = 1_024;

// What ends a path, percent-encoded however often: a URI may carry another one. `%u003f` is how old scripts encode.
const DELIMITER = /[?#;&=]|%(?:25)*(?:u00)?(?:3f|23|3b|26|3d)/i;
const NAME_CHARACTERS = /^[\w.~-]{0,64}$/;
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
  const isLonger = uri.length > MAX_URI_LENGTH;
  // One letter is left for the star.
  const seen = isLonger ? uri.slice(0, MAX_URI_LENGTH - 1) : uri;
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
    NAME_CHARACTERS.test(part) &&
    part.replaceAll(/\D/g, '').length <= MAX_DIGITS &&
    !FOUR_NUMBERS.test(part) &&
    part.split(BETWEEN_WORDS).every((word) => WORD.test(word))
  );
}

function isScheme(parts: readonly string[], index: number): boolean {
  return index === 0 && parts[1] === '' && SCHEME.test(parts[0] ?? '');
}
