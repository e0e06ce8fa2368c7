import { builder } from './builder.ts';
import './scalars.ts';
import './node-queries.ts';
import './usage/usage-record-queries.ts';
import './usage/usage-analytics-query.ts';
import './events/event-queries.ts';
import './events/event-facets-query.ts';
import './timeline/timeline-query.ts';
import './timeline/related-fields.ts';
import './service/service-query.ts';
import './service/viewer-query.ts';

builder.queryType({ description: 'All that can be asked.' });

/** The graph, complete. */
export const schema = builder.toSchema();
