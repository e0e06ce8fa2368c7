import { lexicographicSortSchema, printSchema } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { builder } from './builder.ts';
import './events/queries.ts';
import './node.ts';
import './scalars.ts';
import './service.ts';
import './timeline/live.ts';
import './timeline/queries.ts';
import './usage/queries.ts';

builder.queryType({ description: 'Everything that you can ask for.' });

/** The complete graph. */
export const schema = builder.toSchema();

/** The graph as text, as in `schema/schema.graphql`. It is sorted, so that a diff shows only what changed. */
export function printSortedSchema(graph: GraphQLSchema): string {
  return `${printSchema(lexicographicSortSchema(graph))}\n`;
}

/** An example object of each input type. The error for a text, a list or a number in its place shows it. */
export const INPUT_EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['DateTimeRange', '{ last: "P7D" }'],
  ['EventFilter', '{ action: { eq: "user-login-success" } }'],
  ['EventOrder', '{ field: TIMESTAMP, direction: ASC }'],
  ['IntRange', '{ gte: 400, lt: 500 }'],
  ['StringFilter', '{ eq: "user-login-success" }'],
  ['TimelineFilter', '{ usage: { status: FAILED } }'],
  ['UsageRecordFilter', '{ elementKeys: ["sfdc"] }'],
]);
