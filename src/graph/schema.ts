import { lexicographicSortSchema, printSchema } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './events/queries.ts';
import './node.ts';
import './scalars.ts';
import './service.ts';
import './timeline/queries.ts';
import './usage/queries.ts';

builder.queryType({ description: 'Everything that you can ask for.' });

/** The complete graph. */
export const schema = builder.toSchema();

/** The graph as text, as in `schema/schema.graphql`. It is sorted, so that a diff shows only what changed. */
export function printSortedSchema(graph: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(graph))}\n`;
}
