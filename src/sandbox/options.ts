/** The two forms of usage records: camelCase as in 2014, snake_case since 2016. */
export const DIALECTS = ['camel', 'snake'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** What `pageOffset` counts. The vendor's page does not say (docs/vendors.md#usage-pages). */
export const PAGE_OFFSET_UNITS = ['records', 'pages'] as const;
export type PageOffsetUnit = (typeof PAGE_OFFSET_UNITS)[number];

/** How the sandbox behaves. Each option is a switch of the command line. */
export interface SandboxOptions {
  /** Exports of usage records to serve. Rows are generated only if there are no files of either source. */
  readonly usageFiles: readonly string[];
  /** Exports of events to serve. */
  readonly eventsFiles: readonly string[];
  /** The same seed and the same `nowMs` give the same data. */
  readonly seed: number;
  /** The time at which the clock starts, in milliseconds since the epoch; it runs on from there. null: the machine's clock. */
  readonly nowMs: number | null;
  /** Whether new rows arrive as time passes. Exports never gain rows. */
  readonly arrivals: boolean;
  /** Whether the data includes the stories, which run across both sources. */
  readonly stories: boolean;
  /** The number of rows to generate, in addition to the stories. */
  readonly usageRows: number;
  readonly eventsRows: number;
  readonly dialect: Dialect;
  readonly pageOffset: PageOffsetUnit;
  /** Whether `GET /usage` answers with the header `elements-next-page-token`. */
  readonly nextPageToken: boolean;
  /** The most rows in a page of `GET /usage`, even if the call asks for more. */
  readonly maxPageSize: number;
  /** Whether an empty range is a 404 on `/usage`, `/times` and `/statuses`. */
  readonly notFoundWhenEmpty: boolean;
  /** A delay before each answer. */
  readonly latencyMs: number;
  /** The share of calls, 0 to 1, that fail with a 5xx, drawn from the seed. */
  readonly errorRate: number;
  /** 0: any free port. */
  readonly usagePort: number;
  readonly eventsPort: number;
}

export const DEFAULT_SANDBOX_OPTIONS: SandboxOptions = {
  usageFiles: [],
  eventsFiles: [],
  seed: 1,
  nowMs: null,
  arrivals: true,
  stories: true,
  usageRows: 120_000,
  eventsRows: 24_000,
  dialect: 'snake',
  pageOffset: 'records',
  nextPageToken: false,
  maxPageSize: 10_000,
  notFoundWhenEmpty: false,
  latencyMs: 0,
  errorRate: 0,
  usagePort: 0,
  eventsPort: 0,
};
