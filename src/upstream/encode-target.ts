// A path segment: unreserved and sub-delimiter characters or percent-encoded bytes (RFC 3986 3.3), and no `.` or `..`,
// which would name another path even where they came out of encodeURIComponent.
const PATH = /^(?:\/(?!(?:\.|%2e){1,2}(?:\/|$))(?:[\w.~!$&'()*+,;=:@-]|%[0-9a-f]{2})+)+$/i;

/**
 * The request target below a base URL. Values are encoded here and nowhere else, so that none can end its parameter.
 * @throws TypeError for a path that no source should have built
 */
export function encodeTarget(
  path: string,
  query: readonly (readonly [name: string, value: string])[],
): string {
  if (!PATH.test(path)) throw new TypeError('A vendor path must be made of plain, encoded segments.');
  let target = path;
  let separator = '?';
  for (const [name, value] of query) {
    target += `${separator}${encodePart(name)}=${encodePart(value)}`;
    separator = '&';
  }
  return target;
}

function encodePart(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
