import type { z } from 'zod';
import type { Yaml } from './yaml.ts';

type Issue = z.core.$ZodIssue;

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  object: "a group of words, each with ': ' and a value",
  record: "a group of words, each with ': ' and a value",
  array: 'a list',
};
/** A word of the file that is shown. A longer or stranger one may be a secret in the wrong place. */
const PLAIN_WORD = /^[A-Za-z][\w-]{0,30}$/;

const EXAMPLE = 'docs/alerts.md has a file to begin with';
const EMPTY = `is empty: write alerts into it, or leave SIGHTLINE_ALERTS out. ${EXAMPLE}.`;
const NO_LIST = `must have 'alerts:' with a list below it of 1 to 100 alerts, each beginning with '- name: …'. ${EXAMPLE}.`;

/** What does not fit, a sentence each: the line, the alert, the word, what it must be. No sentence holds a value of the file. */
export function writeFaults(issues: readonly Issue[], yaml: Yaml): readonly string[] {
  if (yaml.content === null || yaml.content === undefined) return [EMPTY];
  return issues.flatMap((issue) => {
    const { path } = issue;
    const [top] = path;
    const isWhole = path.length === 0 && issue.code === 'invalid_type';
    if (isWhole || (top === 'alerts' && path.length === 1)) return [placed(yaml.lineOf(path), NO_LIST)];
    if (issue.code !== 'unrecognized_keys')
      return [placed(yaml.lineOf(path), `${nameOf(path, yaml)}${wordsOf(issue, yaml)}.`)];
    return issue.keys.map((key) => {
      const word = PLAIN_WORD.test(key) ? `the word '${key}'` : 'a word';
      const fault = `${nameOf(path, yaml)}has ${word}, which is not known: correct it or leave it out. docs/alerts.md lists all words.`;
      return placed(yaml.lineOfKey(path, key) ?? yaml.lineOf(path), fault);
    });
  });
}

/** @param line null: unknown */
export function placed(line: number | null, fault: string): string {
  return line === null ? fault : `line ${line}: ${fault}`;
}

function wordsOf(issue: Issue, yaml: Yaml): string {
  if (!yaml.has(issue.path)) return 'is missing. docs/alerts.md lists what an alert needs';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${EXPECTED[issue.expected] ?? 'of another type'}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return 'must not be empty';
    case 'too_big':
      return `may have ${String(issue.maximum)} ${issue.origin === 'string' ? 'characters' : 'entries'} at most`;
    case 'invalid_union':
      return 'must be a value of JSON';
    default:
      return issue.message;
  }
}

/** `alerts.0.every` as `failed-logins: every `, if the alert has a name. */
function nameOf(path: readonly PropertyKey[], { content }: Yaml): string {
  const [top, index, ...rest] = path.map(String);
  if (top !== 'alerts' || index === undefined) return path.length > 0 ? `${path.map(String).join('.')} ` : '';
  const list: unknown = (content as { alerts?: unknown }).alerts;
  const alert: unknown = Array.isArray(list) ? list[Number(index)] : null;
  const name: unknown = (alert as { name?: unknown } | null)?.name;
  const shown = typeof name === 'string' && ALERT_NAME.test(name) ? name : `alert ${Number(index) + 1}`;
  return `${shown}: ${rest.length > 0 ? `${rest.join('.')} ` : ''}`;
}

/** The names that alerts may have. */
export const ALERT_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
