import { lexicographicSortSchema, printSchema } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './events/queries.ts';
import './node.ts';
import './scalars.ts';
import './service.ts';
import './timeline/queries.ts';
import './usage/queries.ts';

builder.queryType({ description: 'All that can be asked.' });

/** The graph, complete. */
export const schema = builder.toSchema();

/** The graph as `schema/schema.graphql` holds it: sorted, so that a change shows as what it is. */
export function printSortedSchema(graph: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(graph))}\n`;
}
