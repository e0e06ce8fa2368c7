import { fastify } from 'fastify';
import mercurius from 'mercurius';
import { request } from 'undici';
import type { EventRow } from '../data.ts';
import { createResolvers, eventsHeaders, paths, typeDefs, usageHeaders } from './schema.ts';
import type { Rest } from './schema.ts';

// Mercurius as fast as its manual makes it: jit from the first request on, and a loader for records.

const { USAGE_API_URL: usageUrl = '', EVENTS_API_URL: eventsUrl = '', PORT: port } = process.env;

async function get<Body>(url: string, headers: Record<string, string>): Promise<Body> {
  const { body } = await request(url, { headers });
  return (await body.json()) as Body;
}

const rest: Rest = {
  record: (id) => get(usageUrl + paths.record(id), usageHeaders),
  records: (range, first) => get(usageUrl + paths.records(range, first), usageHeaders),
  series: (name, range) => get(usageUrl + paths.series(name, range), usageHeaders),
  events: (range, first) => get(eventsUrl + paths.events(range, first), eventsHeaders),
};

const app = fastify();
await app.register(mercurius, {
  schema: typeDefs,
  resolvers: createResolvers(() => rest),
  loaders: {
    Event: {
      async record(queries: readonly { readonly obj: EventRow }[]) {
        const ids = queries.map(({ obj }) => obj.recordId);
        const distinct = [...new Set(ids)];
        const records = await Promise.all(distinct.map(rest.record));
        return ids.map((id) => records[distinct.indexOf(id)]);
      },
    },
  },
  jit: 1,
});
await app.listen({ host: '127.0.0.1', port: Number(port) });
