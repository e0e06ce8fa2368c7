/** One figure of a bucket, for tooltips, tables and those who listen. */
export interface Reading {
  readonly key: string;
  readonly name: string;
  /** With its unit; `not known` if it is not known. */
  readonly text: string;
  readonly fill?: string;
  /** Whether this part of the bucket can be opened on its own. */
  readonly isPart?: boolean;
}
