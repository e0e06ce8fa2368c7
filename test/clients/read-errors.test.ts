import { CombinedGraphQLErrors, HttpLink } from '@apollo/client';
import type { ApolloClient } from '@apollo/client';
import type { Client } from '@urql/core';
import { introspectionFromSchema, parse } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { schema } from '../../src/graph/schema.ts';
import { createApiKey } from '../../src/http/identity/api-keys.ts';
import type { NewApiKey } from '../../src/http/identity/api-keys.ts';
import { startServer } from '../../src/http/server.ts';
import { openQuickStart } from '../support/quick-start.ts';
import { createTestApp } from '../support/running-app.ts';

const key = createApiKey('reader', ['introspect']) as NewApiKey;
const query = parse('{ viewer { scopes } events(first: 1) { from } }');
const WRONG = { authorization: 'Bearer sightline_wrong' };
const RIGHT = { authorization: `Bearer ${key.key}` };

/** Starts a service that requires an API key on a free port. */
async function serve(): Promise<string> {
  const app = createTestApp({ EVENTS_API_TOKEN: 't', SIGHTLINE_API_KEYS: key.line });
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    handle: (request, response) => void app.handle(request, response),
  });
  onTestFinished(async () => {
    await server.close(0);
    await app.close();
  });
  return server.url;
}

interface Answer {
  readonly viewer: { readonly scopes: readonly string[] } | null;
}

test('Apollo Client reads the code of a refused key, and of a refused field beside the answered ones', async () => {
  const url = await serve();
  const { client } = await openQuickStart<{ client: ApolloClient }>('apollo', url);
  onTestFinished(() => client.stop());
  const ask = async (headers: Record<string, string>) => {
    client.setLink(new HttpLink({ uri: `${url}/graphql`, headers }));
    const { data, error } = await client.query<Answer>({ query, fetchPolicy: 'network-only' });
    const errors = CombinedGraphQLErrors.is(error) ? error.errors : [];
    return { viewer: data?.viewer?.scopes, codes: errors.map(({ extensions }) => extensions?.['code']) };
  };
  expect(await ask(WRONG)).toEqual({ viewer: undefined, codes: ['UNAUTHENTICATED'] });
  expect(await ask(RIGHT)).toEqual({ viewer: ['introspect'], codes: ['FORBIDDEN'] });
});

test('urql reads the code of a refused key, and of a refused field beside the answered ones', async () => {
  const url = await serve();
  const { client } = await openQuickStart<{ client: Client }>('urql', url, {
    'gql/schema.json': JSON.stringify(introspectionFromSchema(schema, { descriptions: false })),
  });
  const ask = async (headers: Record<string, string>) => {
    const context = { fetchOptions: { headers }, requestPolicy: 'network-only' } as const;
    const { data, error } = await client.query<Answer>(query, {}, context).toPromise();
    const codes = error?.graphQLErrors.map(({ extensions }) => extensions['code']);
    return { viewer: data?.viewer?.scopes, codes };
  };
  expect(await ask(WRONG)).toEqual({ viewer: undefined, codes: ['UNAUTHENTICATED'] });
  expect(await ask(RIGHT)).toEqual({ viewer: ['introspect'], codes: ['FORBIDDEN'] });
});
