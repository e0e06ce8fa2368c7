import { chart } from './chart.ts';
import type { ChartReport } from './chart.ts';
import { createDice } from './dice.ts';
import type { Violation } from './violation.ts';
import { walk } from './walk.ts';
import type { WalkReport } from './walk.ts';
import { createWorld } from './world.ts';
import type { WorldHooks } from './world.ts';

/** What is wrong, and how to have it again. */
export interface CaseViolation extends Violation {
  readonly seed: number;
  readonly turn: number;
  /** What was asked, in a line. */
  readonly title: string;
}

export interface CaseReport {
  /** Both vendors and the settings, in a line. */
  readonly world: string;
  readonly walks: readonly WalkReport[];
  readonly charts: readonly ChartReport[];
  readonly violations: readonly CaseViolation[];
}

/** One world, and some walks and charts in it. All follows from the seed. */
export async function runCase(seed: number, hooks: WorldHooks = {}): Promise<CaseReport> {
  const dice = createDice(seed);
  const world = createWorld(dice.fork('world'), hooks);
  const walks: WalkReport[] = [];
  const charts: ChartReport[] = [];
  const violations: CaseViolation[] = [];
  try {
    const turns = dice.int(2, 6);
    for (let turn = 0; turn < turns; turn += 1) {
      const own = dice.fork(turn);
      const report = own.chance(0.25) ? await chart(own, world) : await walk(own, world);
      if ('buckets' in report) charts.push(report);
      else walks.push(report);
      const { title } = report;
      violations.push(...report.violations.map((violation) => ({ ...violation, seed, turn, title })));
    }
  } finally {
    await world.close();
  }
  const { log, shape, usage, events, settings } = world;
  return {
    world: JSON.stringify({ rows: log.rows.length, shape, usage, events, settings }),
    walks,
    charts,
    violations,
  };
}
