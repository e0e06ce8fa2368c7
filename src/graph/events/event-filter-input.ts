import { builder } from '../builder.ts';

/** `StringFilter` as GraphQL hands it over: exactly one part is there. */
export interface StringFilterShape {
  eq?: string | null | undefined;
  in?: string[] | null | undefined;
  startsWith?: string | null | undefined;
  contains?: string | null | undefined;
  isNull?: boolean | null | undefined;
}

const StringFilterInput = builder.inputRef<StringFilterShape>('StringFilter').implement({
  description: 'A test of one text, case-sensitive. Exactly one field. An empty list matches nothing.',
  isOneOf: true,
  fields: (t) => ({
    eq: t.string({ description: 'Is this text.' }),
    in: t.stringList({ description: 'Is any of these texts.' }),
    startsWith: t.string({ description: 'Begins with this text. `%` and `_` stand for themselves.' }),
    contains: t.string({ description: 'Holds this text. `%` and `_` stand for themselves.' }),
    isNull: t.boolean({ description: 'Is left out by the vendor (true), or is there (false).' }),
  }),
});

/** `EventFilter` as GraphQL hands it over. */
export interface EventFilterShape {
  category?: StringFilterShape | null | undefined;
  action?: StringFilterShape | null | undefined;
  username?: StringFilterShape | null | undefined;
  ipAddress?: string | null | undefined;
  searchText?: string | null | undefined;
  not?: EventFilterShape | null | undefined;
}

/** `EventFilter` in the graph. */
export const EventFilterInput = builder.inputRef<EventFilterShape>('EventFilter').implement({
  description:
    'Goes to the vendor where it can answer (category, action), else runs as a bounded scan that coverage reports. Fields are combined with AND; case-sensitive.',
  fields: (t) => ({
    category: t.field({ type: StringFilterInput, description: 'The category.' }),
    action: t.field({ type: StringFilterInput, description: 'The action.' }),
    username: t.field({ type: StringFilterInput, description: 'Who did it: a scan. Needs `pii:read`.' }),
    ipAddress: t.field({
      type: 'IP',
      description:
        'From this address, or from any of this CIDR block: a scan. An event that names several addresses matches by any of them. Needs `pii:read`.',
    }),
    searchText: t.string({ description: 'Text in the description, in any case: a scan. Needs `pii:read`.' }),
    not: t.field({ type: EventFilterInput, description: 'None that this filter matches: a scan.' }),
  }),
});
