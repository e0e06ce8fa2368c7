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
  description:
    'How much a relation proves: the same for a pair, whichever of the two is asked about. May cost a call of the entry’s own source.',
  values: {
    HIGH: { description: 'One public address that few users of either source are seen from.' },
    LOW: {
      description:
        'Time alone; an address that is private, carrier-grade, loopback or otherwise special, one of several, or that many users are seen from; or a time near to both that was not read whole.',
    },
  } as const,
});
