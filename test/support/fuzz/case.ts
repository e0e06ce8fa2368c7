import { readChart } from './chart.ts';
import type { ChartReport } from './chart.ts';
import { createDice } from './dice.ts';
import type { Violation } from './violation.ts';
import { readList } from './list.ts';
import type { ListReport } from './list.ts';
import { createWorld } from './world.ts';
import type { WorldHooks } from './world.ts';

/** A violation, with the seed and the turn that repeat it. */
export interface CaseViolation extends Violation {
  readonly seed: number;
  readonly turn: number;
  /** The question in one line, for the report. */
  readonly title: string;
}

export interface CaseReport {
  /** Both vendors and the settings in one line, for the report. */
  readonly world: string;
  readonly lists: readonly ListReport[];
  readonly charts: readonly ChartReport[];
  readonly violations: readonly CaseViolation[];
}

/** Creates one world, then reads some lists and charts in it. The seed decides everything. */
export async function runCase(seed: number, hooks: WorldHooks = {}): Promise<CaseReport> {
  const dice = createDice(seed);
  const world = createWorld(dice.fork('world'), hooks);
  const lists: ListReport[] = [];
  const charts: ChartReport[] = [];
  const violations: CaseViolation[] = [];
  try {
    const turns = dice.int(2, 6);
    for (let turn = 0; turn < turns; turn += 1) {
      const own = dice.fork(turn);
      const report = own.chance(0.25) ? await readChart(own, world) : await readList(own, world);
      if ('buckets' in report) charts.push(report);
      else lists.push(report);
      const { title } = report;
      violations.push(...report.violations.map((violation) => ({ ...violation, seed, turn, title })));
    }
  } finally {
    await world.close();
  }
  const { log, shape, usage, events, settings } = world;
  return {
    world: JSON.stringify({ rows: log.rows.length, shape, usage, events, settings }),
    lists,
    charts,
    violations,
  };
}
