/** The two forms in which the Usage API has given out its records: that of 2014, and that since 2016. */
export const DIALECTS = ['camel', 'snake'] as const;
export type Dialect = (typeof DIALECTS)[number];

/** What `pageOffset` counts; the vendor's page leaves it open. */
export const PAGE_OFFSET_UNITS = ['records', 'pages'] as const;
export type PageOffsetUnit = (typeof PAGE_OFFSET_UNITS)[number];

/** How the sandbox behaves; each is a switch of the command line. */
export interface SandboxOptions {
  /** Exports of usage records to serve in place of generated ones; none: generated, if there are no `eventsFiles` either. */
  readonly usageFiles: readonly string[];
  /** Likewise for events. */
  readonly eventsFiles: readonly string[];
  /** Equal seeds and equal `nowMs` give equal data. */
  readonly seed: number;
  /** Where the clock starts, in milliseconds since the epoch; it runs on from there. null: the machine's clock. */
  readonly nowMs: number | null;
  /** New rows come in as time passes. Exports never gain rows. */
  readonly arrivals: boolean;
  /** The stories that run across both sources are part of the data. */
  readonly stories: boolean;
  /** Rows to generate, the stories not counted. */
  readonly usageRows: number;
  readonly eventsRows: number;
  readonly dialect: Dialect;
  readonly pageOffset: PageOffsetUnit;
  /** Whether `GET /usage` answers with the header `elements-next-page-token`. */
  readonly nextPageToken: boolean;
  /** The most rows that one page of `GET /usage` holds, whatever is asked for. */
  readonly maxPageSize: number;
  /** Whether 'nothing in this range' is a 404 on `/usage`, `/times` and `/statuses`. */
  readonly notFoundWhenEmpty: boolean;
  /** Added to each answer. */
  readonly latencyMs: number;
  /** The share of calls, 0 to 1, that fail with a 5xx; drawn from the seed. */
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
