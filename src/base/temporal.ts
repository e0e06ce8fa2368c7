// Node 26 brings Temporal; Node 24 does not.
/** Zone and calendar arithmetic: the runtime's own Temporal, else the polyfill. */
export const Temporal: typeof globalThis.Temporal =
  globalThis.Temporal ?? (await import('temporal-polyfill')).Temporal;
