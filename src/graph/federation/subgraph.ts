import {
  assertObjectType,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
} from 'graphql';
import type { GraphQLFieldConfig } from 'graphql';
import { RequestError } from '../../base/errors.ts';
import { requireAccess } from '../access.ts';
import type { GraphContext } from '../context.ts';
import type { EstimateField } from '../cost/estimate.ts';
import { estimateNodes, getNode, typeNameOf } from '../node.ts';
import type { ActivityRow } from '../node.ts';
import { readRepresentations } from './representations.ts';
import { printSubgraph } from './sdl.ts';
import type { SubgraphLimits } from './static-cost.ts';

/** The types that a gateway reads by `_entities`. Each has the key `id`. */
const ENTITIES = ['Event', 'UsageRecord'] as const;

interface EntitiesArguments {
  readonly representations: readonly unknown[];
}

/**
 * The graph as a subgraph of Apollo Federation 2 (https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec):
 * the same types, and the two root fields that a gateway needs.
 */
export function createSubgraph(schema: GraphQLSchema, limits: SubgraphLimits): GraphQLSchema {
  const { query, ...config } = schema.toConfig();
  const { fields, ...root } = assertObjectType(query).toConfig();
  let sdl: string | null = null;
  const service: GraphQLFieldConfig<unknown, GraphContext> = {
    type: new GraphQLNonNull(ServiceType),
    description: 'What composition reads. Makes no vendor call. Needs `introspect`.',
    resolve: () => ({ sdl: (sdl ??= printSubgraph(schema, limits)) }),
  };
  return new GraphQLSchema({
    ...config,
    query: new GraphQLObjectType({
      ...root,
      fields: { ...fields, _entities: createEntities(schema), _service: service },
    }),
    // The replaced `Query` would stay beside the new one.
    types: config.types.filter((type) => type !== query),
  });
}

const ServiceType = new GraphQLObjectType({
  name: '_Service',
  description: 'This subgraph.',
  fields: {
    sdl: {
      type: new GraphQLNonNull(GraphQLString),
      description: 'Its schema, with the directives of federation.',
    },
  },
});

const RepresentationType = new GraphQLScalarType({
  name: '_Any',
  description: 'Names an entity: `{ __typename: "Event", id: "…" }`.',
});

function createEntities(schema: GraphQLSchema): GraphQLFieldConfig<unknown, GraphContext> {
  const entity = new GraphQLUnionType({
    name: '_Entity',
    description: 'What has the key `id`.',
    types: ENTITIES.map((name) => assertObjectType(schema.getType(name))),
    resolveType: (row: ActivityRow) => typeNameOf(row),
  });
  const estimate: EstimateField<EntitiesArguments> = ({ representations }, _fields, { limits }) => {
    const asked = readRepresentations(representations, limits);
    const ids = asked.map((one) => (one instanceof RequestError ? null : one));
    return { calls: estimateNodes(ids), items: ids.length };
  };
  return {
    type: new GraphQLNonNull(new GraphQLList(entity)),
    description:
      'The entries that a gateway names, in the same order. An item is null if there is no such entry. Each entry needs the scope of its source: if the scope is missing, or the representation is wrong, that item alone is null and has an error. Needs `usage:read` or `events:read`.',
    args: {
      representations: {
        type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(RepresentationType))),
        description: 'At most `service.limits.maxPageSize` of them.',
      },
    },
    extensions: { estimate: estimate as EstimateField<unknown> },
    resolve(_root, args, context) {
      requireAccess(context.viewer, ['usage:read', 'events:read']);
      const { representations } = args as unknown as EntitiesArguments;
      // An error in a list becomes that item's error.
      return readRepresentations(representations, context.limits).map((one) =>
        one instanceof RequestError ? one : getNode(one, context),
      );
    },
  };
}
