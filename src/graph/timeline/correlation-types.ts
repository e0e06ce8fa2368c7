import { builder } from '../builder.ts';

/** `CorrelationBasis` in the graph. */
export const CorrelationBasisType = builder.enumType('CorrelationBasis', {
  description:
    'Why two entries are held to belong together. TIME alone proves little; a private or shared address likewise.',
  values: {
    IP: { description: 'Both came from one address. Needs `pii:read`.' },
    TIME: { description: 'Both lie near in time, whatever else they are.' },
  } as const,
});

/** `Confidence` in the graph. */
export const ConfidenceType = builder.enumType('Confidence', {
  description: 'How much a relation proves.',
  values: {
    HIGH: { description: 'One public address that few users are seen from.' },
    LOW: {
      description:
        'Time alone; an address that is private, carrier-grade, loopback or otherwise special, or that many users are seen from; or a window that was not read whole.',
    },
  } as const,
});
