import { RESTDataSource } from '@apollo/datasource-rest';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import type { EventRow, SeriesRow, UsageRow } from '../data.ts';
import { createResolvers, eventsHeaders, paths, typeDefs, usageHeaders } from './schema.ts';
import type { Range, Rest } from './schema.ts';

// Apollo Server with its own data sources, which also share equal calls within a request.

const { USAGE_API_URL: usageUrl = '', EVENTS_API_URL: eventsUrl = '', PORT: port } = process.env;

class UsageApi extends RESTDataSource {
  override baseURL = usageUrl;
  record = (id: string): Promise<UsageRow> => this.get(paths.record(id), { headers: usageHeaders });
  records = (range: Range, first: number): Promise<UsageRow[]> =>
    this.get(paths.records(range, first), { headers: usageHeaders });
  series = (name: string, range: Range): Promise<SeriesRow[]> =>
    this.get(paths.series(name, range), { headers: usageHeaders });
}

class EventsApi extends RESTDataSource {
  override baseURL = eventsUrl;
  events = (range: Range, first: number): Promise<EventRow[]> =>
    this.get(paths.events(range, first), { headers: eventsHeaders });
}

interface Context {
  readonly rest: Rest;
}

const resolvers = createResolvers(({ rest }: Context) => rest);
const server = new ApolloServer<Context>({
  typeDefs,
  resolvers: {
    ...resolvers,
    Event: {
      ...resolvers.Event,
      record: (event: EventRow, _args: unknown, { rest }: Context) => rest.record(event.recordId),
    },
  },
});
await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: Number(port) },
  async context() {
    const usage = new UsageApi({ cache: server.cache });
    const events = new EventsApi({ cache: server.cache });
    return {
      rest: { record: usage.record, records: usage.records, series: usage.series, events: events.events },
    };
  },
});
