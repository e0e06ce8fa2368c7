import { createServer } from 'node:http';
import SchemaBuilder from '@pothos/core';
import DataLoader from 'dataloader';
import { createYoga } from 'graphql-yoga';
import type { EventRow, SeriesRow, UsageRow } from '../data.ts';
import { eventsHeaders, paths, readBuckets, usageHeaders } from './schema.ts';
import type { Range, Rest } from './schema.ts';

// Yoga, Pothos, DataLoader and fetch as their manuals begin, with nothing tuned: the same libraries as Sightline's.

const { USAGE_API_URL: usageUrl = '', EVENTS_API_URL: eventsUrl = '', PORT: port } = process.env;

async function get<Body>(url: string, headers: Record<string, string>): Promise<Body> {
  return (await (await fetch(url, { headers })).json()) as Body;
}

const rest: Rest = {
  record: (id) => get(usageUrl + paths.record(id), usageHeaders),
  records: (range, first) => get(usageUrl + paths.records(range, first), usageHeaders),
  series: (name, range) => get(usageUrl + paths.series(name, range), usageHeaders),
  events: (range, first) => get(eventsUrl + paths.events(range, first), eventsHeaders),
};

const createContext = () => ({
  records: new DataLoader<string, UsageRow>((ids) => Promise.all(ids.map(rest.record))),
});

type Bucket = Awaited<ReturnType<typeof readBuckets>>[number];

const builder = new SchemaBuilder<{
  Context: ReturnType<typeof createContext>;
  Scalars: { DateTime: { Input: string; Output: string } };
}>({});

builder.scalarType('DateTime', { serialize: (value) => value });
const IntervalType = builder.enumType('Interval', { values: ['DAY', 'HOUR'] as const });
const RangeInput = builder.inputRef<Range>('DateTimeRange').implement({
  fields: (t) => ({
    from: t.field({ type: 'DateTime', required: true }),
    to: t.field({ type: 'DateTime', required: true }),
  }),
});

const RecordType = builder.objectRef<UsageRow>('UsageRecord').implement({
  fields: (t) => ({
    recordId: t.exposeID('id'),
    timestamp: t.expose('usageDate', { type: 'DateTime' }),
    usageDate: t.expose('usageDate', { type: 'DateTime' }),
    requestStatus: t.exposeString('requestStatus'),
    elementName: t.exposeString('elementName'),
    elementKey: t.exposeString('elementKey'),
    accountId: t.exposeID('accountId'),
    instanceName: t.exposeString('instanceName'),
    userId: t.exposeID('userId'),
    processTime: t.exposeInt('processTime'),
    requestURI: t.exposeString('requestURI'),
    requestIP: t.exposeString('requestIP'),
    elementTags: t.stringList({ resolve: ({ elementTags }) => elementTags.split(',') }),
    elementApi: t.exposeString('elementApi'),
    companyId: t.exposeID('companyId'),
  }),
});
const EventType = builder.objectRef<EventRow>('Event').implement({
  fields: (t) => ({
    eventId: t.exposeID('id'),
    category: t.exposeString('category'),
    action: t.exposeString('action'),
    description: t.exposeString('description'),
    username: t.exposeString('username'),
    ipAddress: t.exposeString('ipAddress'),
    record: t.field({
      type: RecordType,
      resolve: ({ recordId }, _args, { records }) => records.load(recordId),
    }),
  }),
});
const TimesType = builder.objectRef<SeriesRow>('ProcessTime').implement({
  fields: (t) => ({
    min: t.exposeFloat('min'),
    max: t.exposeFloat('max'),
    avg: t.exposeFloat('avg'),
  }),
});
const StatusesType = builder.objectRef<SeriesRow>('Statuses').implement({
  fields: (t) => ({
    success: t.exposeInt('success'),
    failed: t.exposeInt('failed'),
  }),
});
const BucketType = builder.objectRef<Bucket>('Bucket').implement({
  fields: (t) => ({
    timestamp: t.expose('timestamp', { type: 'DateTime' }),
    count: t.exposeInt('count'),
    processTime: t.field({ type: TimesType, resolve: ({ processTime }) => processTime }),
    statuses: t.field({ type: StatusesType, resolve: ({ statuses }) => statuses }),
  }),
});
const RecordsType = builder
  .objectRef<{ readonly nodes: readonly UsageRow[] }>('UsageRecordConnection')
  .implement({
    fields: (t) => ({ nodes: t.field({ type: [RecordType], resolve: ({ nodes }) => [...nodes] }) }),
  });
const EventsType = builder.objectRef<{ readonly nodes: readonly EventRow[] }>('EventConnection').implement({
  fields: (t) => ({ nodes: t.field({ type: [EventType], resolve: ({ nodes }) => [...nodes] }) }),
});
const AnalyticsType = builder.objectRef<{ readonly buckets: readonly Bucket[] }>('UsageAnalytics').implement({
  fields: (t) => ({ buckets: t.field({ type: [BucketType], resolve: ({ buckets }) => [...buckets] }) }),
});

builder.queryType({
  fields: (t) => ({
    usageRecord: t.field({
      type: RecordType,
      args: { recordId: t.arg.id({ required: true }) },
      resolve: (_root, { recordId }) => rest.record(recordId),
    }),
    usageRecords: t.field({
      type: RecordsType,
      args: {
        range: t.arg({ type: RangeInput, required: true }),
        first: t.arg.int({ required: true }),
      },
      resolve: async (_root, { range, first }) => ({
        nodes: await rest.records(range, first),
      }),
    }),
    usageAnalytics: t.field({
      type: AnalyticsType,
      args: {
        range: t.arg({ type: RangeInput, required: true }),
        interval: t.arg({ type: IntervalType, required: true }),
      },
      resolve: async (_root, { range }) => ({ buckets: await readBuckets(rest, range) }),
    }),
    events: t.field({
      type: EventsType,
      args: {
        range: t.arg({ type: RangeInput, required: true }),
        first: t.arg.int({ required: true }),
      },
      resolve: async (_root, { range, first }) => ({
        nodes: await rest.events(range, first),
      }),
    }),
  }),
});

createServer(createYoga({ schema: builder.toSchema(), context: createContext })).listen(
  Number(port),
  '127.0.0.1',
);
