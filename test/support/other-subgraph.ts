import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { buildSchema, graphql } from 'graphql';

/** A subgraph of another team. It has one entity, and adds fields to it. */
export interface OtherSubgraph {
  readonly url: string;
  /** The ids that the gateway has asked for, in one list for each request. */
  readonly asked: readonly (readonly string[])[];
  close(): Promise<void>;
}

interface Representation {
  readonly __typename: string;
  readonly id: string;
}

export interface OtherSubgraphOptions {
  /** Its types, with `Query`. */
  readonly sdl: string;
  readonly entity: string;
  /** The fields that it adds to the entity with this id. */
  readonly fieldsOf: (id: string) => Readonly<Record<string, unknown>>;
  /** The ids of the entities that each of its root fields gives. */
  readonly listed: Readonly<Record<string, () => readonly string[]>>;
}

export async function startOtherSubgraph({
  sdl,
  entity,
  fieldsOf,
  listed,
}: OtherSubgraphOptions): Promise<OtherSubgraph> {
  const schema = buildSchema(`
    directive @key(fields: String!) on OBJECT | INTERFACE
    directive @interfaceObject on OBJECT
    scalar _Any
    union _Entity = ${entity}
    ${sdl}
    extend type Query { _entities(representations: [_Any!]!): [_Entity]! }
  `);
  const asked: (readonly string[])[] = [];
  const rootValue = {
    _entities({ representations }: { readonly representations: readonly Representation[] }) {
      asked.push(representations.map(({ id }) => id));
      return representations.map(({ __typename, id }) => ({ __typename, id, ...fieldsOf(id) }));
    },
    ...Object.fromEntries(
      Object.entries(listed).map(([name, list]) => [
        name,
        () => list().map((id) => ({ __typename: entity, id, ...fieldsOf(id) })),
      ]),
    ),
  };
  const server = createServer((request, response) => {
    void (async () => {
      const { query: source, variables } = (await json(request)) as {
        readonly query: string;
        readonly variables?: Readonly<Record<string, unknown>>;
      };
      const result = await graphql({ schema, source, rootValue, variableValues: variables ?? {} });
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
