import type { Entry } from './entry.ts';
import type { Line } from './grid.tsx';

/** Each row is a line. */
export const toRows = (rows: readonly Entry[]): readonly Line[] =>
  rows.map((row) => ({ kind: 'row', row, isInRun: false }));
