import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { REQUEST_CODES, UPSTREAM_CODES } from '../../src/base/errors.ts';
import { SETTING_NAMES } from '../../src/config/settings.ts';
import { maskError } from '../../src/http/mask-error.ts';
import { COVERAGE_CODES, COVERAGE_ORIGINS, COVERAGE_STATUSES } from '../../src/sources/paging/coverage.ts';
import { createTestApp } from '../support/running-app.ts';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/errors.md', root), 'utf8');

/** The cells of each row in a section's tables, without the heads. */
function listRows(heading: string): string[][] {
  const [, rest = ''] = page.split(`\n## ${heading}\n`);
  return rest
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1));
}

const codeOf = ([cell = '']: readonly string[]): string => cell.replaceAll('`', '');
const listCodes = (heading: string): string[] => listRows(heading).map(codeOf);

const app = createTestApp({ EVENTS_API_TOKEN: 'canary' });
afterAll(() => app.close());

/** Sends a request that is refused. @returns its error code */
async function refuse(body: string, type: string): Promise<unknown> {
  const init = { method: 'POST', headers: { 'content-type': type }, body };
  const response = await app.fetch('http://127.0.0.1/graphql', init);
  const { errors } = (await response.json()) as { errors: { extensions: { code?: unknown } }[] };
  return errors[0]?.extensions.code;
}

const JSON_TYPE = 'application/json';
/** Codes that come from libraries. */
const CODES_OF_LIBRARIES: readonly (readonly [code: string, body: string, type: string])[] = [
  ['GRAPHQL_PARSE_FAILED', '{"query":"{ viewer"}', JSON_TYPE],
  ['GRAPHQL_VALIDATION_FAILED', '{"query":"{ nothing }"}', JSON_TYPE],
  [
    'OPERATION_RESOLUTION_FAILURE',
    '{"query":"query A { viewer { scopes } } query B { viewer { scopes } }"}',
    JSON_TYPE,
  ],
  ['BAD_REQUEST', '{', JSON_TYPE],
  ['BAD_REQUEST', '[{"query":"{ viewer { scopes } }"}]', JSON_TYPE],
  ['BAD_REQUEST', '{"query":"{ viewer { scopes } }"}', 'text/plain'],
];

describe('docs/errors.md', () => {
  test.each(CODES_OF_LIBRARIES)('lists %s, the answer to %s', async (code, body, type) => {
    expect(await refuse(body, type)).toBe(code);
    expect(listCodes("The caller's own")).toContain(code);
  });

  test("lists every code of a caller's error once, and no others", () => {
    const libraries = new Set(CODES_OF_LIBRARIES.map(([code]) => code));
    expect(listCodes("The caller's own").toSorted()).toEqual([...REQUEST_CODES, ...libraries].toSorted());
  });

  test("lists every code of a vendor's failure once, and no others", () => {
    expect(listCodes('A vendor').toSorted()).toEqual(UPSTREAM_CODES.toSorted());
  });

  test('lists the code of a masked internal error', () => {
    expect(listCodes('Ours')).toEqual([maskError(new Error('a fault')).extensions['code']]);
  });

  test('lists every origin of coverage, every status from the most severe on, then every code', () => {
    expect(listCodes('Coverage')).toEqual([...COVERAGE_ORIGINS, ...COVERAGE_STATUSES, ...COVERAGE_CODES]);
  });

  test('lists every limit that a refusal can name, with its setting', () => {
    const folder = new URL('src/', root);
    const named = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => [...readFileSync(new URL(name, folder), 'utf8').matchAll(/\blimit: '(\w+)'/g)])
      .map(([, limit]) => limit!);
    const rows = listRows('Limits');
    expect(rows.map(codeOf).toSorted()).toEqual([...new Set(named)].toSorted());
    const settings = rows.map((cells) => cells[2]!.replaceAll('`', ''));
    expect(settings.filter((name) => name !== 'fixed' && !SETTING_NAMES.includes(name))).toEqual([]);
  });
});
