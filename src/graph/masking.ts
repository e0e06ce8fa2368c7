import { RequestError } from '../base/errors.ts';
import type { Viewer } from './access.ts';
import { builder } from './builder.ts';

/** Personal data. It is hidden, wholly or in part, from a caller without `pii:read`. */
export const MASKED_FIELDS = ['USERNAME', 'IP_ADDRESS', 'DESCRIPTION', 'REQUEST_URI'] as const;
export type MaskedField = (typeof MASKED_FIELDS)[number];

export const MaskedFieldType = builder.enumType('MaskedField', {
  description: 'Personal data that is hidden from a caller without `pii:read`.',
  values: {
    USERNAME: { description: '`username` of an event, `userName` of a usage record.' },
    IP_ADDRESS: { description: '`ipAddress` and `requestIP`.' },
    DESCRIPTION: { description: '`description`, because it names people.' },
    REQUEST_URI: {
      description:
        '`requestURI`, `vendorResource` and `elementResource`: the query string is removed, and `*` replaces each part of the path that is not a name, a version or a number of up to six digits.',
    },
  } as const,
});

/**
 * The `fields` that are hidden from the viewer. They are the same for every entry, so that the list does not reveal whether there is
 * a value.
 */
export function maskedFields(viewer: Viewer, fields: readonly MaskedField[]): readonly MaskedField[] {
  return hiddenFrom(viewer) === NONE ? [] : fields;
}

/** Whether `field` is hidden from the viewer. */
export function isFieldMasked(viewer: Viewer, field: MaskedField): boolean {
  return hiddenFrom(viewer).has(field);
}

const NONE: ReadonlySet<MaskedField> = new Set();
const ALL: ReadonlySet<MaskedField> = new Set(MASKED_FIELDS);

function hiddenFrom({ scopes }: Viewer): ReadonlySet<MaskedField> {
  return scopes.has('pii:read') ? NONE : ALL;
}

/** `value`, or null if the viewer may not see `field`. */
export function unlessMasked<Value>(viewer: Viewer, field: MaskedField, value: Value): Value | null {
  return isFieldMasked(viewer, field) ? null : value;
}

/** `uri`, masked by `maskUri` if the viewer may not see all of it. */
export function maskRequestUri(viewer: Viewer, uri: string | null): string | null {
  return uri === null || !isFieldMasked(viewer, 'REQUEST_URI') ? uri : maskUri(uri);
}

/**
 * Refuses a filter or an order over a field that the viewer may not see, because the answer would reveal its values.
 * @throws RequestError `FORBIDDEN`, names the argument
 */
export function refuseMasked(viewer: Viewer, field: MaskedField, argument: string): void {
  if (!isFieldMasked(viewer, field)) return;
  throw new RequestError(
    'FORBIDDEN',
    `'${argument}' needs the scope pii:read. Leave it out, or ask the operator for the scope.`,
    { argument },
  );
}

/** Masking reads and shows no more characters of a URI than this, so that its cost is bounded. */
export const MAX_URI_LENGTH = 1_024;

/**
 * What ends a path: `?`, `#`, `;`, `&` or `=`, plain or percent-encoded, also several times (`%253f`), because a URI may contain
 * another URI. Old JavaScript (`escape`) writes `%u003f`.
 */
const DELIMITER = /[?#;&=]|%(?:25)*(?:u00)?(?:3f|23|3b|26|3d)/i;
const SCHEME = /^https?:$/i;
const HIDDEN = '*';

const NAME_CHARACTERS = /^[\w.~-]{0,64}$/;
/** A number of seven digits may be a phone number. */
const MAX_DIGITS = 6;
/** Four numbers in a row may be an IPv4 address. */
const FOUR_NUMBERS = /\d+(?:[._~-]\d+){3}/;
const WORD_SEPARATOR = /[._~-]+/;
/** Words of more than 24 letters, and words with a digit and more than 12 characters, may be keys or tokens. */
const WORD = /^(?:[A-Za-z]{0,24}|\w{0,12})$/;

/**
 * The path of a URI without personal data: it ends before the query, the fragment or the parameters, and `*` replaces each
 * part that is not a name, a version or a small number. Mail addresses, network addresses, phone numbers, tokens and free
 * text do not pass.
 */
export function maskUri(uri: string): string {
  const isLonger = uri.length > MAX_URI_LENGTH;
  // One character less: if the cut is just behind a `/`, the empty part there is shown as `*`, and the result must fit, too.
  const seen = isLonger ? uri.slice(0, MAX_URI_LENGTH - 1) : uri;
  const end = DELIMITER.exec(seen)?.index;
  const parts = seen.slice(0, end).split('/');
  // The part at the cut is hidden, because its unread end may show that it is personal.
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
    part.split(WORD_SEPARATOR).every((word) => WORD.test(word))
  );
}

function isScheme(parts: readonly string[], index: number): boolean {
  return index === 0 && parts[1] === '' && SCHEME.test(parts[0] ?? '');
}
