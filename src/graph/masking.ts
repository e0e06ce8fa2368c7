import { RequestError } from '../base/request-error.ts';
import { builder } from './builder.ts';
import { maskUri } from './mask-uri.ts';
import type { Viewer } from './viewer.ts';

/** Personal data, which only a caller with `pii:read` may see. */
export const MASKED_FIELDS = ['USERNAME', 'IP_ADDRESS', 'DESCRIPTION', 'REQUEST_URI'] as const;
export type MaskedField = (typeof MASKED_FIELDS)[number];

/** `MaskedField` in the graph. */
export const MaskedFieldType = builder.enumType('MaskedField', {
  description: 'Personal data that a caller without `pii:read` does not see.',
  values: {
    USERNAME: { description: '`username`.' },
    IP_ADDRESS: { description: '`ipAddress` and `requestIP`.' },
    DESCRIPTION: { description: '`description`, which names people.' },
    REQUEST_URI: {
      description:
        'The query string of `requestURI`, and each part of its path that is no name, version or number of up to six digits.',
    },
  } as const,
});

/** Those of `fields` that are hidden from the viewer; told for each entry alike, whether it has a value or not. */
export function maskedFields(viewer: Viewer, fields: readonly MaskedField[]): readonly MaskedField[] {
  return viewer.scopes.has('pii:read') ? [] : fields;
}

/** `value` where the viewer may see `field`; else null. */
export function unlessMasked<Value>(viewer: Viewer, field: MaskedField, value: Value): Value | null {
  return maskedFields(viewer, [field]).length > 0 ? null : value;
}

/** A URI, or what `maskUri` leaves of it where the viewer may not see all of it. */
export function maskRequestUri(viewer: Viewer, uri: string | null): string | null {
  return uri === null || maskedFields(viewer, ['REQUEST_URI']).length === 0 ? uri : maskUri(uri);
}

/**
 * Refuses to filter or sort by what the viewer may not see: the answer would tell it.
 * @throws RequestError `FORBIDDEN` naming the argument
 */
export function refuseMasked(viewer: Viewer, field: MaskedField, argument: string): void {
  if (maskedFields(viewer, [field]).length === 0) return;
  throw new RequestError('FORBIDDEN', `'${argument}' needs the scope pii:read.`, { argument });
}
