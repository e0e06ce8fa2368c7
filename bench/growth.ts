import { createCurveTable, CPU, report } from './curves.ts';
import type { Curve, Point } from './curves.ts';
import { DAY_MS } from './data.ts';
import type { Table } from './report.ts';
import { loadOf } from './rig.ts';
import type { Load, Rig, RunningServer } from './rig.ts';
import type { Server } from './servers.ts';
import { LARGE, measureCache, measureCallers, measureDepths, withSettings } from './sightline-growth.ts';
import { createRecordsWork, createSeriesWork } from './work.ts';
import type { Work } from './work.ts';

export interface GrowthOptions {
  /** Those that answer Q2 and Q3 of any size; Sightline is one of them. */
  readonly servers: readonly Server[];
  readonly seconds: number;
}

const DAYS = [1, 7, 30, 90, 365];
const ROWS = [1, 10, 100, 1_000, 10_000];

/** Measures all curves over one connection, apart from callers and cache, and prints a line for each point. */
export async function grow(
  rig: Rig,
  options: GrowthOptions,
): Promise<{ readonly text: string; readonly curves: readonly Curve[] }> {
  const table = createCurveTable();
  const running: RunningServer[] = [];
  for (const server of options.servers)
    running.push(await rig.start(server.name === 'sightline' ? withSettings(server, LARGE) : server));
  const byWork = (name: string, axis: string, sizes: readonly number[], workOf: (size: number) => Work) =>
    measureSizes(rig, options, running, table, { name, axis, sizes, workOf });
  const sightline = running.find(({ name }) => name === 'sightline');
  const curves: Curve[] = [
    await byWork('rows', 'records in a list', ROWS, createRecordsWork),
    await byWork('range', 'days of three series', DAYS, (days) =>
      createSeriesWork(`${days} days by day, three series`, (variant) => {
        const fromMs = Date.UTC(2006) + variant * DAY_MS;
        return { fromMs, toMs: fromMs + days * DAY_MS };
      }),
    ),
  ];
  if (sightline) {
    curves.push(await measureDepths(rig, options, sightline, table));
    curves.push(await measureCallers(rig, options, table), await measureCache(rig, table));
  }
  return { text: table.text(), curves };
}

interface Sizes {
  readonly name: string;
  readonly axis: string;
  readonly sizes: readonly number[];
  readonly workOf: (size: number) => Work;
}

async function measureSizes(
  rig: Rig,
  { seconds }: GrowthOptions,
  running: readonly RunningServer[],
  table: Table,
  { name, axis, sizes, workOf }: Sizes,
): Promise<Curve> {
  const points: Point[] = [];
  for (const x of sizes) {
    for (const server of running) {
      const load: Load = { ...loadOf(server, workOf(x)), connections: 1, seconds };
      await rig.measure(server, load);
      points.push(report(table, name, server.name, x, await rig.measure(server, load)));
    }
  }
  return { name, axis, unit: CPU, points };
}
