import { builder } from '../builder.ts';

/** `RequestStatus` in the graph. */
export const RequestStatusType = builder.enumType('RequestStatus', {
  description: 'How a call ended.',
  values: {
    SUCCESS: { description: 'The call was answered.' },
    FAILED: { description: 'The call was not answered, or answered with an error.' },
  } as const,
});
