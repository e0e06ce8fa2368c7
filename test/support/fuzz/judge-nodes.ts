import type { Dice } from './dice.ts';
import { describeRow, existedThroughout, existedWithin } from './log.ts';
import type { LogRow } from './log.ts';
import type { ReportViolation } from './violation.ts';
import { NO_FAILURES } from './world.ts';
import type { World } from './world.ts';

/** A row on a page, and its global id there. */
export interface GivenId {
  readonly id: string;
  readonly row: LogRow;
}

const QUERY = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Activity { timestamp } } }';
const LAW = 'a given row is found by its id';
const MOST = 10;

interface Nodes {
  readonly nodes: readonly ({ readonly id: string; readonly timestamp: string } | null)[] | null;
}

/** Asks for some of the given rows by their ids. @returns whether a vendor answer was spoilt; null: it asked for none */
export async function judgeNodes(
  dice: Dice,
  world: World,
  given: readonly GivenId[],
  report: ReportViolation,
): Promise<boolean | null> {
  const chosen = given.filter(() => dice.chance((MOST - 2) / given.length)).slice(0, MOST);
  if (chosen.length === 0) return null;
  if (dice.chance(0.4)) world.setFailureShares({ faults: 0.5, moves: 0 });
  const outcome = await world.ask<Nodes>(QUERY, { ids: chosen.map(({ id }) => id) });
  world.setFailureShares(NO_FAILURES);
  const text = `nodes (${outcome.faults.join(', ') || 'no faults'})`;
  const refused = new Set((outcome.errors ?? []).map(({ path }) => Number(path?.[1])));
  for (const { extensions, message, path } of outcome.errors ?? []) {
    const code = String(extensions['code']);
    // A row next to it that can't be parsed might be this event.
    const isHidden = code === 'UPSTREAM_BAD_RESPONSE' && chosen[Number(path?.[1])]?.row.source === 'EVENTS';
    // Retries use calls too, so LIMIT_EXCEEDED may come.
    if (!/^(?:UPSTREAM_[A-Z_]+|LIMIT_EXCEEDED)$/.test(code))
      report('an error has a code', `${text}: ${code}: ${message}`);
    // After a failure the breaker lets only one call through, so UPSTREAM_UNAVAILABLE may come without a fault.
    else if (outcome.faults.length === 0 && code !== 'UPSTREAM_UNAVAILABLE' && !isHidden)
      report(LAW, `${text}: ${code}: ${message}`);
  }
  for (const [at, { id, row }] of chosen.entries()) {
    if (refused.has(at) || !outcome.data?.nodes) continue;
    const node = outcome.data.nodes[at] ?? null;
    if (node === null) {
      if (existedThroughout(row, outcome.startMs, outcome.endMs))
        report(LAW, `${text}: ${describeRow(row)} is null without an error`);
    } else if (!existedWithin(row, outcome.startMs, outcome.endMs)) {
      report(LAW, `${text}: ${describeRow(row)} is deleted, but is given`);
    } else if (node.id !== id || Date.parse(node.timestamp) !== row.ms) {
      report(LAW, `${text}: ${describeRow(row)} comes back with another id or time`);
    }
  }
  return outcome.faults.length > 0;
}
