import { builder } from './builder.ts';
import { MaskedFieldType, maskedFields, unlessMasked } from './masking.ts';
import { NodeInterface, typeNameOf } from './node-interface.ts';
import type { ActivityRow } from './node-interface.ts';
import { SourceType } from './source-type.ts';

/** What may be hidden of an entry. */
const MASKABLE = {
  USAGE: ['IP_ADDRESS', 'REQUEST_URI'],
  EVENTS: ['USERNAME', 'IP_ADDRESS', 'DESCRIPTION'],
} as const;

/** `Activity` in the graph. */
export const ActivityInterface = builder.interfaceRef<ActivityRow>('Activity').implement({
  description:
    'What both sources share: something happened, at a time, from an address. Order everywhere: newest first, USAGE before EVENTS at one instant, then id (usage by code unit, events as integers).',
  interfaces: [NodeInterface],
  resolveType: typeNameOf,
  fields: (t) => ({
    timestamp: t.expose('timestampMs', { type: 'DateTime', description: 'When it happened.' }),
    source: t.expose('source', { type: SourceType, description: 'The vendor that told it.' }),
    ipAddress: t.field({
      type: 'IP',
      nullable: true,
      description:
        'The address that it came from, without its port, where there is exactly one. Needs `pii:read`.',
      resolve: (row, _args, { viewer }) => unlessMasked(viewer, 'IP_ADDRESS', row.ipAddress),
    }),
    masked: t.field({
      type: [MaskedFieldType],
      description: 'Fields that are null, or cut, because the caller may not see them.',
      resolve: (row, _args, { viewer }) => maskedFields(viewer, MASKABLE[row.source]),
    }),
  }),
});
