import type { TotalCount } from '../../sources/walk/page.ts';
import { builder } from '../builder.ts';

const CountAccuracyType = builder.enumType('CountAccuracy', {
  description: 'How far a count can be trusted.',
  values: {
    EXACT: { description: 'Proven by a whole walk, or by a closed series that was read with the list.' },
    ESTIMATE: { description: 'A series of the vendor, or an earlier answer, stands in for a count of rows.' },
    AT_LEAST: {
      description: 'Counted as far as a bound on the scan, or what the vendor still keeps, allows.',
    },
  } as const,
});

/** `TotalCount` in the graph. */
export const TotalCountType = builder.objectRef<TotalCount>('TotalCount').implement({
  description: 'How many entries a list has over all its pages.',
  fields: (t) => ({
    value: t.expose('value', { type: 'SafeInt', description: 'The count.' }),
    accuracy: t.expose('accuracy', { type: CountAccuracyType, description: 'How far it can be trusted.' }),
  }),
});
