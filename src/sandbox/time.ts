export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/**
 * Creates the sandbox's clock. It gives milliseconds since the epoch.
 *
 * @param startMs the time at which the clock starts, to run on from there; null: the machine's own clock
 */
export function createClock(startMs: number | null): () => number {
  if (startMs === null) return () => Date.now();
  const startedMs = performance.now();
  return () => startMs + Math.floor(performance.now() - startedMs);
}
