import { builder } from './builder.ts';

export const SourceType = builder.enumType('Source', {
  description: 'The two vendors. If entries have the same time, those of USAGE come before those of EVENTS.',
  values: {
    USAGE: {
      description: 'The Usage API of SAP Open Connectors: a log of API calls to elements (connectors).',
    },
    EVENTS: { description: 'The Events API of the billing system: a log of user actions.' },
  } as const,
});
