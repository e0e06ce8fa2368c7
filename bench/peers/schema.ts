import type { EventRow, SeriesRow, UsageRow } from '../data.ts';

// What Mercurius and Apollo serve: the part of Sightline's graph that the bench asks for, written as usual for them.

export const typeDefs = `
  scalar DateTime
  enum Interval { DAY HOUR }
  input DateTimeRange { from: DateTime!, to: DateTime! }
  type Query {
    usageRecord(recordId: ID!): UsageRecord
    usageRecords(range: DateTimeRange!, first: Int!): UsageRecordConnection
    usageAnalytics(range: DateTimeRange!, interval: Interval!): UsageAnalytics
    events(range: DateTimeRange!, first: Int!): EventConnection
  }
  type UsageRecordConnection { nodes: [UsageRecord!]! }
  type UsageRecord {
    recordId: ID!
    timestamp: DateTime!
    usageDate: DateTime!
    requestStatus: String
    elementName: String
    elementKey: String
    accountId: ID
    instanceName: String
    userId: ID
    processTime: Int
    requestURI: String
    requestIP: String
    elementTags: [String!]!
    elementApi: String
    companyId: ID
  }
  type UsageAnalytics { buckets: [Bucket!]! }
  type Bucket { timestamp: DateTime!, count: Int, processTime: ProcessTime, statuses: Statuses }
  type ProcessTime { min: Float!, max: Float!, avg: Float! }
  type Statuses { success: Int!, failed: Int! }
  type EventConnection { nodes: [Event!]! }
  type Event {
    eventId: ID!
    category: String!
    action: String!
    description: String
    username: String
    ipAddress: String
    record: UsageRecord
  }
`;

export interface Range {
  readonly from: string;
  readonly to: string;
}

/** The vendors' calls, as each peer makes them. */
export interface Rest {
  record(id: string): Promise<UsageRow>;
  records(range: Range, first: number): Promise<readonly UsageRow[]>;
  series(name: 'activity' | 'times' | 'statuses', range: Range): Promise<readonly SeriesRow[]>;
  events(range: Range, first: number): Promise<readonly EventRow[]>;
}

export const usageHeaders = { authorization: 'User user, Organization organization' };
export const eventsHeaders = { authorization: 'Bearer token' };

export const paths = {
  record: (id: string) => `/usage/${id}`,
  records: ({ from, to }: Range, first: number) =>
    `/usage?from=${from}&to=${to}&pageOffset=0&pageSize=${first}`,
  series: (name: string, { from, to }: Range) =>
    `/usage/analytics/${name}?from=${from}&to=${to}&interval=day`,
  events: ({ from, to }: Range, first: number) =>
    `/events?createdFrom=${from}&createdTo=${to}&page=1&pageSize=${first}`,
};

/** The three series side by side, without the vendor's last row, which begins at the end of the range. */
export async function readBuckets(rest: Rest, range: Range) {
  const [activity, times, statuses] = await Promise.all([
    rest.series('activity', range),
    rest.series('times', range),
    rest.series('statuses', range),
  ]);
  return activity
    .map((row, index) => ({ ...row, processTime: times[index], statuses: statuses[index] }))
    .filter(({ timestamp }) => timestamp < range.to);
}

interface ListArguments {
  readonly range: Range;
  readonly first: number;
}

/** The resolvers, without `Event.record`. */
export const createResolvers = <Context>(restOf: (context: Context) => Rest) => ({
  Query: {
    usageRecord: (_root: unknown, { recordId }: { recordId: string }, context: Context) =>
      restOf(context).record(recordId),
    usageRecords: async (_root: unknown, { range, first }: ListArguments, context: Context) => ({
      nodes: await restOf(context).records(range, first),
    }),
    usageAnalytics: async (_root: unknown, { range }: ListArguments, context: Context) => ({
      buckets: await readBuckets(restOf(context), range),
    }),
    events: async (_root: unknown, { range, first }: ListArguments, context: Context) => ({
      nodes: await restOf(context).events(range, first),
    }),
  },
  UsageRecord: {
    recordId: ({ id }: UsageRow) => id,
    timestamp: ({ usageDate }: UsageRow) => usageDate,
    elementTags: ({ elementTags }: UsageRow) => elementTags.split(','),
  },
  Event: { eventId: ({ id }: EventRow) => id },
});
