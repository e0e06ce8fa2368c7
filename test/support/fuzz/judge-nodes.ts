import type { Dice } from './dice.ts';
import { describeRow, stoodThroughout, stoodWithin } from './log.ts';
import type { LogRow } from './log.ts';
import type { Blame } from './violation.ts';
import { CALM } from './world.ts';
import type { World } from './world.ts';

/** A row that was given, and the global id that it came with. */
export interface GivenId {
  readonly id: string;
  readonly row: LogRow;
}

const QUERY = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Activity { timestamp } } }';
const LAW = 'what was given can be had by its id';
const MOST = 10;

interface Nodes {
  readonly nodes: readonly ({ readonly id: string; readonly timestamp: string } | null)[] | null;
}

/** Asks again for some of what was given. @returns whether an answer was spoilt meanwhile; null: none was asked for */
export async function judgeNodes(
  dice: Dice,
  world: World,
  given: readonly GivenId[],
  blame: Blame,
): Promise<boolean | null> {
  const chosen = given.filter(() => dice.chance((MOST - 2) / given.length)).slice(0, MOST);
  if (chosen.length === 0) return null;
  if (dice.chance(0.4)) world.setWeather({ faults: 0.5, moves: 0 });
  const told = await world.ask<Nodes>(QUERY, { ids: chosen.map(({ id }) => id) });
  world.setWeather(CALM);
  const text = `nodes (${told.faults.join(', ') || 'no faults'})`;
  const refused = new Set((told.errors ?? []).map(({ path }) => Number(path?.[1])));
  for (const { extensions, message, path } of told.errors ?? []) {
    const code = String(extensions['code']);
    // A row beside it that can't be understood might be the very event.
    const isHidden = code === 'UPSTREAM_BAD_RESPONSE' && chosen[Number(path?.[1])]?.row.source === 'EVENTS';
    // Asking again costs calls, too.
    if (!/^(?:UPSTREAM_[A-Z_]+|LIMIT_EXCEEDED)$/.test(code))
      blame('an error is coded', `${text}: ${code}: ${message}`);
    // Of a vendor that has just failed one call alone is let through.
    else if (told.faults.length === 0 && code !== 'UPSTREAM_UNAVAILABLE' && !isHidden)
      blame(LAW, `${text}: ${code}: ${message}`);
  }
  for (const [at, { id, row }] of chosen.entries()) {
    if (refused.has(at) || !told.data?.nodes) continue;
    const node = told.data.nodes[at] ?? null;
    if (node === null) {
      if (stoodThroughout(row, told.startMs, told.endMs))
        blame(LAW, `${text}: ${describeRow(row)} is null without an error`);
    } else if (!stoodWithin(row, told.startMs, told.endMs)) {
      blame(LAW, `${text}: ${describeRow(row)} is gone, and is given`);
    } else if (node.id !== id || Date.parse(node.timestamp) !== row.ms) {
      blame(LAW, `${text}: ${describeRow(row)} comes back as another`);
    }
  }
  return told.faults.length > 0;
}
