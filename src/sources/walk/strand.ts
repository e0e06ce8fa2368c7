import type { Source } from '../../base/source.ts';
import type { AgePolicy } from './coverage-recorder.ts';
import type { Position } from './position.ts';
import type { Step, Walk } from './walk-list.ts';

/** One source's rows under one filter: what a page is taken from, alone or merged with the other source's. */
export interface Strand<Row extends Position> {
  readonly source: Source;
  readonly walk: (walk: Walk) => AsyncGenerator<Step<Row>, void>;
  readonly isMatch: (row: Row) => boolean;
  /** The most rows to look at; null: the filter drops none that the vendor gives, so no bound is needed. */
  readonly maxScannedRows: number | null;
  readonly age: AgePolicy;
}
