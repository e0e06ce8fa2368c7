/** The time zone of the browser. */
export const OWN_ZONE: string = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** All that the browser knows, UTC and its own first. */
export const ZONES: readonly string[] = [
  ...new Set(['UTC', OWN_ZONE, ...Intl.supportedValuesOf('timeZone')]),
];
