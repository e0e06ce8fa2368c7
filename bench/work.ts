import { isDeepStrictEqual } from 'node:util';
import { eventRow, eventTime, FROM, seriesRow, usageId, usageRow, usageTime, DAY_MS } from './data.ts';
import type { UsageRow } from './data.ts';

/**
 * One question of the bench. It has as many variants as asked for, so that no answer serves two requests at once. Variant `n`
 * asks for other rows than all other variants.
 */
export interface Work {
  readonly name: string;
  readonly title: string;
  readonly query: string;
  /** The same question for the peers, if their schema says it in another way. */
  readonly peerQuery?: string;
  readonly variables: (variant: number) => Readonly<Record<string, unknown>>;
  /** The `data` of the right answer. */
  readonly answer: (variant: number) => unknown;
  readonly peerAnswer?: (variant: number) => unknown;
}

export const SIX = 'recordId timestamp requestStatus elementKey processTime requestURI';
const ALL =
  'recordId usageDate requestStatus elementName elementKey accountId instanceName userId processTime requestURI requestIP elementTags elementApi companyId';
const EVENT = 'eventId category action description username ipAddress';
const MONTHS = 240;

const RECORDS_OF_50_EVENTS = Array.from({ length: 50 }, (_, index) => index % 10);

export const WORKS: readonly Work[] = [
  {
    name: 'Q1',
    title: 'one record by id, 6 fields',
    query: `query ($id: ID!) { usageRecord(recordId: $id) { ${SIX} } }`,
    variables: (variant) => ({ id: usageId(variant) }),
    answer: (variant) => ({ usageRecord: sixFields(usageRow(variant)) }),
  },
  createRecordsWork(50),
  createSeriesWork('one month by day, three series', monthOf),
  {
    name: 'Q4',
    title: '50 events, each with a record by id, 10 distinct',
    query: `query ($from: DateTime!, $to: DateTime!, $ids: [ID!]!) { events(range: { from: $from, to: $to }, first: 50) { nodes { ${EVENT} } } nodes(ids: $ids) { ... on UsageRecord { ${SIX} } } }`,
    peerQuery: `query ($from: DateTime!, $to: DateTime!) { events(range: { from: $from, to: $to }, first: 50) { nodes { ${EVENT} record { ${SIX} } } } }`,
    variables: (variant) => ({
      from: FROM,
      to: new Date(eventTime(50 * variant) + 1_000).toISOString(),
      // Ids without a time, so that each record is read by its id, as the peers read it.
      ids: RECORDS_OF_50_EVENTS.map((index) =>
        Buffer.from(`UsageRecord:${usageId(10 * variant + index)}`).toString('base64url'),
      ),
    }),
    answer: (variant) => ({
      events: { nodes: eventsOf(variant) },
      nodes: RECORDS_OF_50_EVENTS.map((index) => sixFields(usageRow(10 * variant + index))),
    }),
    peerAnswer: (variant) => ({
      events: {
        nodes: eventsOf(variant).map((event, index) => ({
          ...event,
          record: sixFields(usageRow(10 * variant + (index % 10))),
        })),
      },
    }),
  },
  createListWork('Q5', '100 records × all fields', 100, ALL, allFields),
];

/** Q2 with another number of records. */
export function createRecordsWork(first: number): Work {
  return createListWork('Q2', `${first} records × 6 fields`, first, SIX, sixFields);
}

function createListWork(
  name: string,
  title: string,
  first: number,
  fields: string,
  pick: (row: UsageRow) => unknown,
): Work {
  return {
    name,
    title,
    query: `query ($from: DateTime!, $to: DateTime!, $first: Int!) { usageRecords(range: { from: $from, to: $to }, first: $first) { nodes { ${fields} } } }`,
    variables: (variant) => ({ from: FROM, to: new Date(usageTime(variant) + 1).toISOString(), first }),
    answer: (variant) => ({
      usageRecords: { nodes: Array.from({ length: first }, (_, index) => pick(usageRow(variant + index))) },
    }),
  };
}

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Q3 with other ranges of whole days, one for each variant. */
export function createSeriesWork(title: string, rangeOf: (variant: number) => Range): Work {
  return {
    name: 'Q3',
    title,
    query: `query ($from: DateTime!, $to: DateTime!) { usageAnalytics(range: { from: $from, to: $to }, interval: DAY) { buckets { timestamp count processTime { min max avg } statuses { success failed } } } }`,
    variables: (variant) => {
      const { fromMs, toMs } = rangeOf(variant);
      return { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
    },
    answer: (variant) => ({ usageAnalytics: { buckets: bucketsOf(rangeOf(variant)) } }),
  };
}

/** The six fields of a record, as Sightline answers them. */
export function sixFields({ id, usageDate, requestStatus, elementKey, processTime, requestURI }: UsageRow) {
  return { recordId: id, timestamp: usageDate, requestStatus, elementKey, processTime, requestURI };
}

function allFields({ id, accountId, userId, companyId, elementTags, ...others }: UsageRow) {
  return {
    ...others,
    recordId: id,
    accountId: String(accountId),
    userId: String(userId),
    companyId: String(companyId),
    elementTags: elementTags.split(','),
  };
}

function eventsOf(variant: number) {
  return Array.from({ length: 50 }, (_, index) => {
    const { id, timestamp: _timestamp, recordId: _recordId, ...event } = eventRow(50 * variant + index);
    return { ...event, eventId: String(id) };
  });
}

function monthOf(variant: number): Range {
  const month = variant % MONTHS;
  return { fromMs: Date.UTC(2006, month), toMs: Date.UTC(2006, month + 1) };
}

function bucketsOf({ fromMs, toMs }: Range) {
  return Array.from({ length: (toMs - fromMs) / DAY_MS }, (_, day) => {
    const { timestamp, count, min, max, avg, success, failed } = seriesRow(fromMs + day * DAY_MS);
    return { timestamp, count, processTime: { min, max, avg }, statuses: { success, failed } };
  });
}

/** Whether an answer has exactly this data. Further members, such as `extensions`, may differ; `errors` may not be there. */
export function isAnswer(text: string, data: unknown): boolean {
  const answer = JSON.parse(text) as { readonly data?: unknown; readonly errors?: unknown };
  return answer.errors === undefined && isDeepStrictEqual(answer.data, data);
}
