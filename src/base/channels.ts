import { channel, tracingChannel } from 'node:diagnostics_channel';
import type { Channel, TracingChannel } from 'node:diagnostics_channel';
import type { Source } from './source.ts';

// What happens inside, for tools that watch: beside `graphql:*` and `undici:*`, which the libraries publish themselves. Nobody listens
// unless metrics or traces are on, and then a channel costs one look at a property.

/** A span of time that was examined for an answer. */
export interface CoverageNews {
  readonly source: Source;
  readonly status: string;
  readonly origin: string;
  /** Rows that were read; null: it could not be read, or it is one of a series. */
  readonly scanned: number | null;
}

/** How an answer was had. `bypass`: the caller takes no cached answer. `joined`: an equal call was under way. */
export type CacheVerdict = 'hit' | 'miss' | 'joined' | 'stale' | 'bypass';

/** An answer of a vendor was asked for. */
export interface ReadNews {
  readonly source: Source;
  /** The vendor's path template. */
  readonly operation: string;
  readonly verdict: CacheVerdict;
}

export interface AttemptEnd {
  /** The vendor's HTTP status; null: none came. */
  readonly status: number | null;
  /** Why it failed; null: it did not. */
  readonly code: string | null;
  readonly rows: number;
  /** Decoded body bytes of a complete answer. */
  readonly bytes: number;
}

/** One attempt at a vendor. `report` says how it went, when it has ended; null: its caller left. */
export interface AttemptNews {
  readonly source: Source;
  readonly operation: string;
  /** From 1, within one call. */
  readonly attempt: number;
  /** Why the vendor is asked; null: for a token. */
  readonly verdict: 'miss' | 'bypass' | null;
  /** How long it waited since it was asked for, or since the attempt before, in milliseconds. */
  readonly waitedMs: number;
  report: AttemptEnd | null;
}

/** The estimate of an operation, made before its first call. It is made at once, so only `start` and `end` are published. */
export interface PlanNews {
  /** A `DocumentNode` of graphql. */
  readonly document: object;
  readonly operationName: string | null;
  /** null: it can't run, or the estimate is not made yet. */
  result?: { readonly cost: number; readonly plannedCalls: number } | null;
}

export const coverageChannel: Channel<CoverageNews> = channel('sightline:coverage');
export const readChannel: Channel<ReadNews> = channel('sightline:read');
export const attemptChannel: TracingChannel<AttemptNews> = tracingChannel('sightline:attempt');
export const planChannel: TracingChannel<PlanNews> = tracingChannel('sightline:plan');
