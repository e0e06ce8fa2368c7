import { drawChartPlan, writeChartQuery } from './chart-plan.ts';
import type { ChartPeriod } from './chart-plan.ts';
import type { Dice } from './dice.ts';
import { judgeChart } from './judge-chart.ts';
import { collectViolations } from './violation.ts';
import type { Violation } from './violation.ts';
import { NO_FAILURES } from './world.ts';
import type { Outcome, World } from './world.ts';

export interface ChartReport {
  /** The question in one line, for the report. */
  readonly title: string;
  readonly violations: readonly Violation[];
  readonly buckets: number;
  readonly operations: number;
  readonly faultyOperations: number;
}

interface Answer {
  readonly usageAnalytics: (ChartPeriod & { readonly previous?: ChartPeriod }) | null;
}

/** Asks for one chart up to three times. An answer from a cache must be as old as its coverage says. */
export async function readChart(dice: Dice, world: World): Promise<ChartReport> {
  const plan = drawChartPlan(dice, world);
  const { report, violations } = collectViolations();
  let [buckets, operations, faultyOperations] = [0, 0, 0];
  for (let turn = dice.int(1, 3); turn > 0; turn -= 1) {
    world.setFailureShares({ faults: plan.faults, moves: 0 });
    const { range, interval, timeZone } = plan;
    const outcome: Outcome<Answer> = await world.ask<Answer>(writeChartQuery(plan), {
      range,
      interval,
      timeZone,
    });
    operations += 1;
    if (outcome.faults.length > 0) faultyOperations += 1;
    const where = [`${outcome.calls} calls`, ...outcome.faults].join(', ');
    world.trace(`chart (${where}): ${JSON.stringify(outcome.data?.usageAnalytics)}`);
    for (const { extensions, message } of outcome.errors ?? []) {
      // A question that is too large is refused. If a vendor fails, only coverage reports it.
      if (extensions['code'] !== 'LIMIT_EXCEEDED')
        report('an error has a code', `${where}: ${String(extensions['code'])}: ${message}`);
    }
    const main = outcome.data?.usageAnalytics ?? null;
    if (!main && !outcome.errors) report('an error has a code', `${where}: null without an error`);
    for (const period of main ? [main, ...(main.previous ? [main.previous] : [])] : []) {
      buckets += period.buckets.length;
      const which = period === main ? '' : ', the period before';
      judgeChart(period, plan, outcome, world, (text) =>
        report('a series equals the log', `(${where})${which}: ${text}`),
      );
    }
    world.advance(dice.pick([1, 3_000, 6_000, 100_000]));
  }
  world.setFailureShares(NO_FAILURES);
  world.advance(61_000);
  return {
    title: `usageAnalytics ${JSON.stringify(plan)}`,
    violations,
    buckets,
    operations,
    faultyOperations,
  };
}
