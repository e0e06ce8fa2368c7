import { integer, text } from './conditions.ts';
import type { Database } from './database.ts';

/** How long claims that have ended are kept. */
const KEPT_MS = 86_400_000;

/** A claim of this process, with when it began. */
interface Claim {
  readonly sinceMs: number;
  readonly untilMs: number;
}

/**
 * Makes the claims of this process. The oldest claim that has not ended has the right to copy. A process that is told that another one
 * has it keeps its own claim, so that it takes over when that one ends.
 */
export function createClaims(
  database: Database,
  holder: string = crypto.randomUUID(),
): (nowMs: number, lengthMs: number) => Promise<boolean> {
  let own: Claim | null = null;
  return async (nowMs, lengthMs) => {
    // Once in a process. The server's own clock plays no part.
    if (!own) await database.run('delete from claims where until_ms < ?', [integer(nowMs - KEPT_MS)]);
    const sinceMs = own && own.untilMs > nowMs ? own.sinceMs : nowMs;
    const untilMs = nowMs + lengthMs;
    await database.insert('claims', ['holder', 'since_ms', 'until_ms'], [[holder, sinceMs, untilMs]]);
    own = { sinceMs, untilMs };
    const [row] = await database.read(
      `select holder = ? from (
        select holder, argMax(since_ms, until_ms) as began from claims where until_ms > ? group by holder
      ) order by began, holder limit 1`,
      [text(holder), integer(nowMs)],
    );
    return Number(row?.[0]) === 1;
  };
}
