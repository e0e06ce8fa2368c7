import { parseArgs } from 'node:util';
import { readInstant } from './api/instant.ts';
import { EXPORT_ENDINGS } from './data/export-columns.ts';
import { DEFAULT_SANDBOX_OPTIONS as DEFAULTS, DIALECTS, PAGE_OFFSET_UNITS } from './options.ts';
import type { SandboxOptions } from './options.ts';

/** The sandbox's switches, in the form that `parseArgs` of `node:util` takes. */
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

const MAX_ROWS = 5_000_000;

const HELP = `Serves the REST APIs of both vendors on this machine, from a database in memory.

  npm run sandbox -- [switches]

Defaults are in parentheses.

Data
  --usage FILE             serve your own export of usage records; repeat it for several files
                           file endings: ${EXPORT_ENDINGS}
  --events FILE            serve your own export of events; a source without a file is not configured
  --rows USAGE,EVENTS      how many rows to generate, in addition to the stories (${DEFAULTS.usageRows},${DEFAULTS.eventsRows})
  --seed N                 the same seed and the same --now give the same data (${DEFAULTS.seed})
  --now INSTANT            the time at which the clock starts, in ISO 8601 (the machine's clock)
  --no-arrivals            add no new rows while it runs
  --no-stories             leave out the stories: log-in attacks that run across both sources

Behaviour of the Usage API
  --dialect camel|snake    the names of a record's fields: camelCase as in 2014, or snake_case as
                           since 2016 (${DEFAULTS.dialect})
  --page-offset records|pages
                           what the parameter pageOffset counts (${DEFAULTS.pageOffset})
  --next-page-token        send elements-next-page-token, which clients send back as nextPage
  --max-page-size N        the most records in a page, even if a call asks for more (${DEFAULTS.maxPageSize})
  --not-found-when-empty   answer 404 if a range is empty

Faults
  --latency MS             delay each answer by this time (${DEFAULTS.latencyMs})
  --error-rate 0..1        the share of calls that fail with a 5xx, drawn from the seed (${DEFAULTS.errorRate})

Ports (only of npm run sandbox, because the sandbox behind a service opens none)
  --usage-port N           the port of the Usage API (any free one)
  --events-port N          the port of the Events API (any free one)

  -h, --help               show this text
`;

/** The options to start with, or a text to print, or all faults in the switches, each a sentence. */
export type SandboxArguments =
  | { readonly kind: 'options'; readonly options: SandboxOptions }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'faults'; readonly faults: readonly string[] };

/**
 * Reads the sandbox's switches. It never throws, and reports all faults together.
 *
 * @param argv the words after the command's name
 */
export function readSandboxOptions(argv: readonly string[]): SandboxArguments {
  let values: Switches;
  try {
    values = parseSwitches(argv);
  } catch (error) {
    return { kind: 'faults', faults: [error instanceof Error ? error.message : String(error)] };
  }
  if (values.help === true) return { kind: 'help', text: HELP };

  const faults: string[] = [];
  const readNumber = (name: string, text: string | undefined, fallback: number, max: number, min = 0) => {
    if (text === undefined) return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    faults.push(`--${name} must be a whole number from ${min} to ${max}, not '${text}'.`);
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
    if (choice === undefined) faults.push(`--${name} must be ${choices.join(' or ')}, not '${text}'.`);
    return choice ?? fallback;
  };

  const rows = values.rows?.split(',') ?? [undefined, undefined];
  if (rows.length !== 2)
    faults.push(`--rows must be two whole numbers, for example 1000,200, not '${values.rows}'.`);
  const [usageRows, eventsRows] = rows.length === 2 ? rows : [];

  const nowMs = values.now === undefined ? null : readInstant(values.now);
  if (values.now !== undefined && nowMs === null) {
    faults.push(`--now must be a time in ISO 8601, for example 2026-03-01T12:00:00Z, not '${values.now}'.`);
  }

  const errorRate = Number(values['error-rate'] ?? DEFAULTS.errorRate);
  if (values['error-rate']?.trim() === '' || !(errorRate >= 0 && errorRate <= 1)) {
    faults.push(`--error-rate must be a number from 0 to 1, not '${values['error-rate']}'.`);
  }

  const options: SandboxOptions = {
    usageFiles: values.usage ?? [],
    eventsFiles: values.events ?? [],
    seed: readNumber('seed', values.seed, DEFAULTS.seed, Number.MAX_SAFE_INTEGER),
    nowMs,
    arrivals: values['no-arrivals'] !== true,
    stories: values['no-stories'] !== true,
    usageRows: readNumber('rows', usageRows, DEFAULTS.usageRows, MAX_ROWS),
    eventsRows: readNumber('rows', eventsRows, DEFAULTS.eventsRows, MAX_ROWS),
    dialect: readChoice('dialect', values.dialect, DIALECTS, DEFAULTS.dialect),
    pageOffset: readChoice('page-offset', values['page-offset'], PAGE_OFFSET_UNITS, DEFAULTS.pageOffset),
    nextPageToken: values['next-page-token'] === true,
    maxPageSize: readNumber('max-page-size', values['max-page-size'], DEFAULTS.maxPageSize, 100_000, 1),
    notFoundWhenEmpty: values['not-found-when-empty'] === true,
    latencyMs: readNumber('latency', values.latency, DEFAULTS.latencyMs, 600_000),
    errorRate,
    usagePort: readNumber('usage-port', values['usage-port'], DEFAULTS.usagePort, 65_535),
    eventsPort: readNumber('events-port', values['events-port'], DEFAULTS.eventsPort, 65_535),
  };
  return faults.length > 0 ? { kind: 'faults', faults } : { kind: 'options', options };
}

type Switches = ReturnType<typeof parseSwitches>;

function parseSwitches(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options: SANDBOX_SWITCHES, strict: true, allowPositionals: false })
    .values;
}
