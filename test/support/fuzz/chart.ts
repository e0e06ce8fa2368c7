import { drawChartPlan, writeChartQuery } from './chart-plan.ts';
import type { ChartPeriod } from './chart-plan.ts';
import type { Dice } from './dice.ts';
import { judgeChart } from './judge-chart.ts';
import { createBlame } from './violation.ts';
import type { Violation } from './violation.ts';
import { CALM } from './world.ts';
import type { Told, World } from './world.ts';

export interface ChartReport {
  /** What was asked, in a line. */
  readonly title: string;
  readonly violations: readonly Violation[];
  readonly buckets: number;
  readonly operations: number;
  readonly faultyOperations: number;
}

interface Answer {
  readonly usageAnalytics: (ChartPeriod & { readonly previous?: ChartPeriod }) | null;
}

/** Asks for one chart now and again: what is kept in between must be as old as it says. */
export async function chart(dice: Dice, world: World): Promise<ChartReport> {
  const plan = drawChartPlan(dice, world);
  const { blame, violations } = createBlame();
  let [buckets, operations, faultyOperations] = [0, 0, 0];
  for (let turn = dice.int(1, 3); turn > 0; turn -= 1) {
    world.setWeather({ faults: plan.faults, moves: 0 });
    const { range, interval, timeZone } = plan;
    const told: Told<Answer> = await world.ask<Answer>(writeChartQuery(plan), { range, interval, timeZone });
    operations += 1;
    if (told.faults.length > 0) faultyOperations += 1;
    const where = [`${told.calls} calls`, ...told.faults].join(', ');
    world.trace(`chart (${where}): ${JSON.stringify(told.data?.usageAnalytics)}`);
    for (const { extensions, message } of told.errors ?? []) {
      // What is too much at once is refused; what a vendor fails is told in coverage.
      if (extensions['code'] !== 'LIMIT_EXCEEDED')
        blame('an error is coded', `${where}: ${String(extensions['code'])}: ${message}`);
    }
    const main = told.data?.usageAnalytics ?? null;
    if (!main && !told.errors) blame('an error is coded', `${where}: null without an error`);
    for (const period of main ? [main, ...(main.previous ? [main.previous] : [])] : []) {
      buckets += period.buckets.length;
      const which = period === main ? '' : ', the period before';
      judgeChart(period, plan, told, world, (text) =>
        blame('a series equals the log', `(${where})${which}: ${text}`),
      );
    }
    world.advance(dice.pick([1, 3_000, 6_000, 100_000]));
  }
  world.setWeather(CALM);
  world.advance(61_000);
  return {
    title: `usageAnalytics ${JSON.stringify(plan)}`,
    violations,
    buckets,
    operations,
    faultyOperations,
  };
}
