import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { eventRow, listSeriesRows, DAY_MS, usageRow } from './data.ts';
import type { Server } from './servers.ts';
import type { Work } from './work.ts';

const here = import.meta.dirname;
const BINARY = join(here, 'node_modules/@tailcallhq/core-linux-x64-gnu/bin/tailcall');

const SIX = 'recordId: id timestamp: usageDate requestStatus elementKey processTime requestURI';
const ALL =
  'id requestStatus elementName elementKey accountId instanceName usageDate userId processTime requestURI requestIP elementTags elementApi companyId';
const EVENT = 'eventId: id category action description username ipAddress';
const VARIABLES = 'query ($from: String!, $to: String!)';
const LIST_VARIABLES = 'query ($from: String!, $to: String!, $first: Int!)';
const RANGE = 'from: $from, to: $to';

/** The questions in Tailcall's words, and the answers in its shape: the vendors' rows with some names changed. */
const QUESTIONS: Readonly<
  Record<string, { readonly query: string; answer(variant: number, work: Work): unknown }>
> = {
  Q1: {
    query: `query ($id: ID!) { usageRecord(id: $id) { ${SIX} } }`,
    answer: (variant) => ({ usageRecord: sixFields(variant) }),
  },
  Q2: {
    query: `${LIST_VARIABLES} { usageRecords(${RANGE}, first: $first) { ${SIX} } }`,
    answer: (variant, work) => ({ usageRecords: listPlaces(work, variant).map(sixFields) }),
  },
  Q3: {
    query: `${VARIABLES} { activity(${RANGE}) { timestamp count } times(${RANGE}) { timestamp count min max avg } statuses(${RANGE}) { timestamp count success failed } }`,
    answer(variant, { variables }) {
      const { from, to } = variables(variant);
      const rows = (name: 'activity' | 'times' | 'statuses') =>
        listSeriesRows(name, Date.parse(String(from)), Date.parse(String(to)), DAY_MS);
      return { activity: rows('activity'), times: rows('times'), statuses: rows('statuses') };
    },
  },
  Q4: {
    query: `${VARIABLES} { events(${RANGE}, first: 50) { ${EVENT} record { ${SIX} } } }`,
    answer: (variant) => ({
      events: Array.from({ length: 50 }, (_, index) => {
        const { id, timestamp: _timestamp, recordId: _recordId, ...event } = eventRow(50 * variant + index);
        return { ...event, eventId: id, record: sixFields(10 * variant + (index % 10)) };
      }),
    }),
  },
  Q5: {
    query: `${LIST_VARIABLES} { usageRecords(${RANGE}, first: $first) { ${ALL} } }`,
    answer: (variant, work) => ({ usageRecords: listPlaces(work, variant).map(usageRow) }),
  },
};

function listPlaces({ variables }: Work, variant: number): readonly number[] {
  return Array.from({ length: Number(variables(variant)['first']) }, (_, index) => variant + index);
}

function sixFields(place: number) {
  const { id, usageDate, requestStatus, elementKey, processTime, requestURI } = usageRow(place);
  return { recordId: id, timestamp: usageDate, requestStatus, elementKey, processTime, requestURI };
}

/**
 * Tailcall twice: each request with calls of its own, and one question repeated with calls that equal requests share. Empty if
 * its binary does not run here: it needs glibc 2.39. BENCH_TAILCALL may name another command that runs it.
 */
export function listTailcalls(vendorUrl: string, folder: string, variants: number): readonly Server[] {
  const tailcall = process.env['BENCH_TAILCALL'] ?? BINARY;
  if (spawnSync('sh', ['-c', `${tailcall} --version`], { env: QUIET }).status !== 0) {
    console.log(`Tailcall is left out, because its binary does not run here: ${tailcall}`);
    return [];
  }
  return [
    createTailcall('tailcall', { tailcall, vendorUrl, folder, variants, dedupe: false }),
    createTailcall('tailcall-repeated', { tailcall, vendorUrl, folder, variants: 1, dedupe: true }),
  ];
}

/** Tailcall sends reports of its use and looks for newer versions, unless it is kept from it. */
const QUIET = { TAILCALL_TRACKER: 'false', TC_TRACKER: 'false', HTTPS_PROXY: 'http://127.0.0.1:9' };

interface TailcallOptions {
  readonly tailcall: string;
  readonly vendorUrl: string;
  readonly folder: string;
  readonly variants: number;
  readonly dedupe: boolean;
}

function createTailcall(
  name: string,
  { tailcall, vendorUrl, folder, variants, dedupe }: TailcallOptions,
): Server {
  const config = join(folder, `${name}.graphql`);
  const write = `sed "s|PORT|$PORT|; s|VENDOR|${vendorUrl}|; s|DEDUPE|${dedupe}|" peers/tailcall.graphql > ${config}`;
  return {
    name,
    command: ['sh', '-c', `cd ${here} && ${write} && exec ${tailcall} start ${config}`],
    env: { ...QUIET, TAILCALL_LOG_LEVEL: 'error' },
    headers: {},
    variants,
    ask: ({ name: question, variables }, variant) => ({
      path: '/graphql',
      body: JSON.stringify({ query: QUESTIONS[question]?.query, variables: variables(variant) }),
    }),
    answer: (work, variant) => QUESTIONS[work.name]?.answer(variant, work),
  };
}
