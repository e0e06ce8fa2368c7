import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

// Apollo's gateway over the supergraph in a file. `gateway.ts` runs it as a process of its own, because it needs another graphql. It
// writes its address to its output, and ends when its input does.

const load = createRequire(join(import.meta.dirname, 'gateway/package.json'));
const { ApolloGateway, RemoteGraphQLDataSource } = load('@apollo/gateway') as {
  ApolloGateway: new (options: object) => object;
  RemoteGraphQLDataSource: new (options: object) => object;
};
const { ApolloServer } = load('@apollo/server') as { ApolloServer: new (options: object) => object };
const { startStandaloneServer } = load('@apollo/server/standalone') as {
  startStandaloneServer: (server: object, options: object) => Promise<{ readonly url: string }>;
};

interface Sending {
  readonly request: { readonly http: { readonly headers: Headers } };
  readonly context: { readonly authorization?: string };
}

const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(process.argv[2] ?? '', 'utf8'),
  buildService: ({ url }: { readonly url: string }) =>
    new RemoteGraphQLDataSource({
      url,
      willSendRequest({ request, context }: Sending) {
        if (context.authorization) request.http.headers.set('authorization', context.authorization);
      },
    }),
});
const { url } = await startStandaloneServer(new ApolloServer({ gateway }), {
  listen: { host: '127.0.0.1', port: 0 },
  context: async ({ req }: { readonly req: { readonly headers: Readonly<Record<string, string>> } }) => ({
    authorization: req.headers['authorization'],
  }),
});
process.stdout.write(`${url}\n`);
process.stdin.resume().on('end', () => process.exit());
