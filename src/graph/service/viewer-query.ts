import { builder } from '../builder.ts';
import { SCOPES } from '../viewer.ts';
import type { Viewer } from '../viewer.ts';

const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who is asking.',
  fields: (t) => ({
    scopes: t.stringList({
      description:
        'What the caller may do: `usage:read`, `events:read`, `pii:read` (personal data), `introspect` (read this schema).',
      resolve: ({ scopes }) => SCOPES.filter((scope) => scopes.has(scope)),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    nullable: true,
    description: 'Who is asking, and what they may see. Answered to everybody.',
    resolve: (_root, _args, { viewer }) => viewer,
  }),
);
