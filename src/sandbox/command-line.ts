import { parseArgs } from 'node:util';
import { readInstant } from './api/instant.ts';
import { EXPORT_ENDINGS } from './data/export-columns.ts';
import { DEFAULT_SANDBOX_OPTIONS, DIALECTS, PAGE_OFFSET_UNITS } from './options.ts';
import type { SandboxOptions } from './options.ts';

/** The sandbox's switches as `node:util` parseArgs takes them, for commands that hand them on. */
export const SANDBOX_SWITCHES = {
  usage: { type: 'string', multiple: true },
  events: { type: 'string', multiple: true },
  seed: { type: 'string' },
  now: { type: 'string' },
  'no-arrivals': { type: 'boolean' },
  'no-stories': { type: 'boolean' },
  rows: { type: 'string' },
  dialect: { type: 'string' },
  'page-offset': { type: 'string' },
  'next-page-token': { type: 'boolean' },
  'max-page-size': { type: 'string' },
  'not-found-when-empty': { type: 'boolean' },
  latency: { type: 'string' },
  'error-rate': { type: 'string' },
  'usage-port': { type: 'string' },
  'events-port': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What `sandbox --help` prints. */
export const SANDBOX_HELP = `Both vendors' REST APIs on loopback, over a database in memory.

  npm run sandbox -- [switches]

Data
  --usage FILE             serve your own export of usage records, in either dialect; several times: several files
                           (${EXPORT_ENDINGS})
  --events FILE            likewise of events; a source without a file is then not configured
  --rows USAGE,EVENTS      how many rows to generate (${DEFAULT_SANDBOX_OPTIONS.usageRows},${DEFAULT_SANDBOX_OPTIONS.eventsRows}), the stories on top
  --seed N                 equal seeds and an equal --now give equal data (${DEFAULT_SANDBOX_OPTIONS.seed})
  --now INSTANT            where the clock starts, ISO 8601 (the machine's clock)
  --no-arrivals            no new rows while it runs
  --no-stories             leave out the log-in attacks that run across both sources

The Usage API's quirks
  --dialect camel|snake    the form of its records: of 2014, or since 2016 (${DEFAULT_SANDBOX_OPTIONS.dialect})
  --page-offset records|pages
                           what pageOffset counts (${DEFAULT_SANDBOX_OPTIONS.pageOffset})
  --next-page-token        answer with elements-next-page-token, to be sent as nextPage
  --max-page-size N        a page never holds more (${DEFAULT_SANDBOX_OPTIONS.maxPageSize})
  --not-found-when-empty   404 where a range holds nothing

Faults
  --latency MS             added to each answer (${DEFAULT_SANDBOX_OPTIONS.latencyMs})
  --error-rate 0..1        the share of calls that fail with a 5xx, drawn from the seed (${DEFAULT_SANDBOX_OPTIONS.errorRate})

Ports (of npm run sandbox alone: the sandbox behind a service opens none)
  --usage-port N           of the Usage API (any free one)
  --events-port N          of the Events API (any free one)

  -h, --help               this text
`;

/** Either options to start with, or a text to print, or every fault found in the switches, one sentence each. */
export type SandboxArguments =
  | { readonly kind: 'options'; readonly options: SandboxOptions }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

/**
 * Reads the sandbox's switches. Never throws: all faults are told together.
 *
 * @param argv what follows the command's name
 */
export function readSandboxOptions(argv: readonly string[]): SandboxArguments {
  let values: ReturnType<typeof parseSwitches>;
  try {
    values = parseSwitches(argv);
  } catch (error) {
    return { kind: 'faults', faults: [error instanceof Error ? error.message : String(error)] };
  }
  if (values.help === true) return { kind: 'help', text: SANDBOX_HELP };

  const faults: string[] = [];
  const defaults = DEFAULT_SANDBOX_OPTIONS;

  const readNumber = (name: string, text: string | undefined, fallback: number, max: number, min = 0) => {
    if (text === undefined) return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    faults.push(`--${name} is to be a whole number from ${min} to ${max}, not '${text}'.`);
    return fallback;
  };
  const readChoice = <T extends string>(
    name: string,
    text: string | undefined,
    choices: readonly T[],
    fallback: T,
  ): T => {
    if (text === undefined) return fallback;
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) faults.push(`--${name} is to be ${choices.join(' or ')}, not '${text}'.`);
    return choice ?? fallback;
  };

  const rows = (values.rows ?? `${defaults.usageRows},${defaults.eventsRows}`).split(',');
  if (rows.length !== 2)
    faults.push(`--rows is to be two whole numbers, as in 1000,200, not '${values.rows}'.`);

  const nowMs = values.now === undefined ? null : readInstant(values.now);
  if (values.now !== undefined && nowMs === null) {
    faults.push(`--now is to be an instant in ISO 8601, as in 2026-03-01T12:00:00Z, not '${values.now}'.`);
  }

  const errorRate = Number(values['error-rate'] ?? defaults.errorRate);
  if (values['error-rate']?.trim() === '' || !(errorRate >= 0 && errorRate <= 1)) {
    faults.push(`--error-rate is to be a number from 0 to 1, not '${values['error-rate']}'.`);
  }

  const options: SandboxOptions = {
    usageFiles: values.usage ?? [],
    eventsFiles: values.events ?? [],
    seed: readNumber('seed', values.seed, defaults.seed, Number.MAX_SAFE_INTEGER),
    nowMs,
    arrivals: values['no-arrivals'] !== true,
    stories: values['no-stories'] !== true,
    usageRows:
      rows.length === 2 ? readNumber('rows', rows[0], defaults.usageRows, 5_000_000) : defaults.usageRows,
    eventsRows:
      rows.length === 2 ? readNumber('rows', rows[1], defaults.eventsRows, 5_000_000) : defaults.eventsRows,
    dialect: readChoice('dialect', values.dialect, DIALECTS, defaults.dialect),
    pageOffset: readChoice('page-offset', values['page-offset'], PAGE_OFFSET_UNITS, defaults.pageOffset),
    nextPageToken: values['next-page-token'] === true,
    maxPageSize: readNumber('max-page-size', values['max-page-size'], defaults.maxPageSize, 100_000, 1),
    notFoundWhenEmpty: values['not-found-when-empty'] === true,
    latencyMs: readNumber('latency', values.latency, defaults.latencyMs, 600_000),
    errorRate,
    usagePort: readNumber('usage-port', values['usage-port'], defaults.usagePort, 65_535),
    eventsPort: readNumber('events-port', values['events-port'], defaults.eventsPort, 65_535),
  };
  return faults.length > 0 ? { kind: 'faults', faults } : { kind: 'options', options };
}

function parseSwitches(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options: SANDBOX_SWITCHES, strict: true, allowPositionals: false })
    .values;
}
