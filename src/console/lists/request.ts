/** What the console asks for to tell types apart. */
const CLIENT_ONLY = new Set(['__typename', 'kind']);

/** An entry as JSON for people, without what the client added for itself. */
export function writeJson(data: object): string {
  return JSON.stringify(data, (key, value: unknown) => (CLIENT_ONLY.has(key) ? undefined : value), 2);
}

/**
 * The request as a line for a POSIX shell. It never holds the credential: a service that asks who calls gets it from the variable
 * SIGHTLINE_KEY.
 */
export function writeCurl(url: string, query: string, variables: object, needsProof: boolean): string {
  const body = JSON.stringify({ query: query.replaceAll(/\s+/g, ' ').trim(), variables });
  return [
    `curl -sS ${quote(url)}`,
    `-H 'content-type: application/json'`,
    ...(needsProof ? ['-H "authorization: Bearer $SIGHTLINE_KEY"'] : []),
    `--data ${quote(body)}`,
  ].join(' \\\n  ');
}

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
