import { createTable } from './report.ts';
import type { Table } from './report.ts';
import type { Measured } from './rig.ts';

/** A point of a curve. */
export interface Point {
  readonly server: string;
  readonly x: number;
  readonly y: number;
}

/** How costs grow with one size. */
export interface Curve {
  readonly name: string;
  /** What the horizontal axis counts. */
  readonly axis: string;
  /** What the vertical axis counts. */
  readonly unit: string;
  readonly points: readonly Point[];
}

export const CPU = 'processor ms a request';

/** Where the points of all curves are printed. */
export const createCurveTable = (): Table =>
  createTable(['curve', 'size', 'server', 'processor ms', 'p50 ms', 'p99 ms', 'vendor calls', 'MB']);

/** Prints a line. @returns the processor time as a point */
export function report(table: Table, curve: string, server: string, x: number, measured: Measured): Point {
  const { cpuMs, p50, p99, calls, rssBytes } = measured;
  const figures = [cpuMs.toFixed(3), p50.toFixed(2), p99.toFixed(2), calls.toFixed(2)];
  table.add([curve, x, server, ...figures, (rssBytes / 1e6).toFixed(0)]);
  return { server, x, y: cpuMs };
}
