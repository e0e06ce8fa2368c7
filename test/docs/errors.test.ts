import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { REQUEST_CODES, UPSTREAM_CODES } from '../../src/base/errors.ts';
import { SETTING_NAMES } from '../../src/config/settings.ts';
import { maskError } from '../../src/http/mask-error.ts';
import { COVERAGE_CODES, COVERAGE_STATUSES } from '../../src/sources/paging/coverage.ts';
import { createTestApp } from '../support/running-app.ts';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/errors.md', root), 'utf8');

/** The rows of a section's tables, a list of cells each, without heads and rules. */
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

/** The code that a request is refused with. */
async function refuse(body: string, type: string): Promise<unknown> {
  const init = { method: 'POST', headers: { 'content-type': type }, body };
  const response = await app.fetch('http://127.0.0.1/graphql', init);
  const { errors } = (await response.json()) as { errors: { extensions: { code?: unknown } }[] };
  return errors[0]?.extensions.code;
}

const JSON_TYPE = 'application/json';
/** Those that the libraries beneath us give. */
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
  test.each(CODES_OF_LIBRARIES)('tells %s, which answers %s', async (code, body, type) => {
    expect(await refuse(body, type)).toBe(code);
    expect(listCodes("The caller's own")).toContain(code);
  });

  test('tells every code of the caller’s own faults, once, and none that there is not', () => {
    const libraries = new Set(CODES_OF_LIBRARIES.map(([code]) => code));
    expect(listCodes("The caller's own").toSorted()).toEqual([...REQUEST_CODES, ...libraries].toSorted());
  });

  test('tells every code of a vendor’s failure, once, and none that there is not', () => {
    expect(listCodes('A vendor').toSorted()).toEqual(UPSTREAM_CODES.toSorted());
  });

  test('tells how our own faults are masked', () => {
    expect(listCodes('Ours')).toEqual([maskError(new Error('a fault')).extensions['code']]);
  });

  test('tells every status of coverage in the order in which one outranks another, then every code', () => {
    expect(listCodes('Coverage')).toEqual([...COVERAGE_STATUSES, ...COVERAGE_CODES]);
  });

  test('tells every limit that a refusal can name, and the setting behind it', () => {
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
