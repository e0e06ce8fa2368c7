import { RequestError } from '../../base/errors.ts';
import { pathOf } from '../http-message.ts';
import type { HttpRequest } from '../http-message.ts';
import { EXPORT_FORMATS, EXPORT_LISTS, EXPORT_PATH } from './lists.ts';
import type { ExportFormat, ExportList } from './lists.ts';

/** What an address asks for. Its arguments are not checked against the schema yet. */
export interface ExportRequest {
  readonly list: ExportList;
  readonly format: ExportFormat;
  /** JSON values; null: not given. */
  readonly range: unknown;
  readonly filter: unknown;
  readonly fields: string | null;
  readonly after: string | null;
}

/** `unknown`: there is no such list. `unacceptable`: there is no such format. */
export type ExportTarget =
  | { readonly kind: 'export'; readonly list: ExportList; readonly format: ExportFormat }
  | { readonly kind: 'unknown' | 'unacceptable'; readonly error: RequestError };

const LIST_NAMES = EXPORT_LISTS.map(({ name }) => name).join(', ');
const FORMAT_NAMES = EXPORT_FORMATS.join(', ');
const PARAMETERS = ['range', 'filter', 'fields', 'after'] as const;

/** Reads `/export/{list}.{format}`. */
export function readTarget(request: HttpRequest): ExportTarget {
  const [, name, extension] = /^([a-z]*)\.([a-z0-9]*)$/.exec(pathOf(request).slice(EXPORT_PATH.length)) ?? [];
  const list = EXPORT_LISTS.find((one) => one.name === name);
  const format = EXPORT_FORMATS.find((one) => one === extension);
  if (list && format) return { kind: 'export', list, format };
  const sentence = `Lists are ${LIST_NAMES}, formats are ${FORMAT_NAMES}: ${EXPORT_PATH}usage.ndjson.`;
  return list
    ? {
        kind: 'unacceptable',
        error: new RequestError('BAD_USER_INPUT', `This format can't be had. ${sentence}`, {
          argument: 'format',
        }),
      }
    : {
        kind: 'unknown',
        error: new RequestError('BAD_USER_INPUT', `There is no such export. ${sentence}`, {
          argument: 'list',
        }),
      };
}

/**
 * Reads the parameters. An unknown one is refused, because an export with a misspelt filter would hold everything.
 * @throws RequestError `BAD_USER_INPUT`, names the parameter if it is one of ours
 */
export function readParameters({ target }: HttpRequest): Omit<ExportRequest, 'list' | 'format'> {
  const at = target.indexOf('?');
  const given = new URLSearchParams(at === -1 ? '' : target.slice(at + 1));
  for (const name of given.keys()) {
    if (!(PARAMETERS as readonly string[]).includes(name))
      throw new RequestError(
        'BAD_USER_INPUT',
        `An export takes ${PARAMETERS.join(', ')}, and no other parameter.`,
      );
    if (given.getAll(name).length > 1)
      throw new RequestError('BAD_USER_INPUT', `'${name}' is given twice. Give it once.`, { argument: name });
  }
  return {
    range: readJson(given, 'range', '{"last":"P30D"}'),
    filter: readJson(given, 'filter', '{}'),
    fields: given.get('fields'),
    after: given.get('after'),
  };
}

function readJson(given: URLSearchParams, name: string, example: string): unknown {
  const text = given.get(name);
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new RequestError('BAD_USER_INPUT', `'${name}' must be JSON, such as ${example}.`, {
      argument: name,
    });
  }
}
