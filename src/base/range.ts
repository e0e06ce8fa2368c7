/** A half-open stretch of time: `fromMs` is in, `toMs` is out. Milliseconds since the epoch. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}
