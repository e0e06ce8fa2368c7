import { execute, parse } from 'graphql';
import type { DocumentNode, ExecutionResult, VariableValues } from 'graphql';
import { RequestError } from '../../../src/base/errors.ts';
import type { Source } from '../../../src/base/source.ts';
import { readRetention, readSourceEnd, readSourceSettings } from '../../../src/config/config.ts';
import type { SourceConfig } from '../../../src/config/config.ts';
import { readAddresses, readOwnSecrets } from '../../../src/config/vendors.ts';
import type { GraphContext } from '../../../src/graph/context.ts';
import { estimateOperation } from '../../../src/graph/cost/operation.ts';
import { createLiveCursors } from '../../../src/graph/paging/live-cursor.ts';
import { createLive } from '../../../src/sources/live/live.ts';
import { systemTimers } from '../../../src/sources/live/timers.ts';
import { createCursorSealer } from '../../../src/graph/paging/cursor.ts';
import { schema } from '../../../src/graph/schema.ts';
import { createContexts } from '../../../src/http/context.ts';
import { ANONYMOUS_CALLER, createCaller } from '../../../src/http/identity/caller.ts';
import type { Caller } from '../../../src/http/identity/caller.ts';
import { createVendorCredentials } from '../../../src/http/identity/vendor-credentials.ts';
import type { HeaderReader } from '../../../src/http/identity/vendor-credentials.ts';
import { createKnownDocuments } from '../../../src/http/lane/documents.ts';
import { createOperation } from '../../../src/http/operation.ts';
import type { Operation } from '../../../src/http/operation.ts';
import { readMoment } from '../../../src/http/plugins/cost.ts';
import { createUpstream } from '../../../src/upstream/create.ts';
import { describeFault, readSideConfig } from './side.ts';
import type { SidePlan } from './side.ts';
import { becomeIdle, createTwinVendor } from './vendor.ts';
import type { TwinVendor } from './vendor.ts';

/** An operation without a request around it. */
export interface PlainOperation {
  readonly text: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Of `PLAIN_CALLERS`. */
  readonly caller: Caller;
}

export const PLAIN_CALLERS: readonly [Caller, ...Caller[]] = [
  createCaller('key', 'full', ['usage:read', 'events:read', 'pii:read', 'introspect']),
  createCaller('key', 'masked', ['usage:read', 'events:read']),
  createCaller('key', 'usage', ['usage:read', 'pii:read']),
  ANONYMOUS_CALLER,
];

/** The results of an operation, compiled and executed by graphql-js, as JSON with each error's causes. */
export interface PlainPair {
  readonly compiled: string;
  readonly executed: string;
}

/** A compiled operation and graphql-js over equal vendors, without a server around them. */
export interface PlainComparison {
  readonly vendors: readonly TwinVendor[];
  /** null: the lane does not take the document, its variables or its headers. */
  ask(operation: PlainOperation): Promise<PlainPair | null>;
  close(): Promise<void>;
}

export function createPlainComparison(plan: SidePlan): PlainComparison {
  const documents = createKnownDocuments(schema);
  const [compiled, executed] = [createEngine(plan), createEngine(plan)];
  return {
    vendors: [compiled.vendor, executed.vendor],
    async ask(asked) {
      const document = parse(asked.text);
      documents.add(asked.text, document);
      const known = documents.get(asked.text);
      const coerced = known?.coerce(asked.variables);
      if (!known || !coerced) return null;
      const both = [compiled, executed].map((engine) => engine.begin(asked, document, coerced));
      const [one, other] = both;
      if (!one || !other) return null;
      const { text: _, variables: variableValues } = asked;
      return {
        compiled: await one.print(() => known.compiled(coerced)(one.context, coerced)),
        executed: await other.print(() =>
          execute({ schema, document, variableValues, contextValue: other.context, hideSuggestions: true }),
        ),
      };
    },
    async close() {
      await Promise.all([compiled.close(), executed.close()]);
    },
  };
}

/** The contexts of operations, wired as the service wires them. */
function createEngine(plan: SidePlan) {
  const { seed, now } = plan;
  const clock = { now };
  const config = readSideConfig(plan);
  const { vendors, secret } = config;
  const vendor = createTwinVendor(plan, seed, now);
  const addresses = readAddresses(vendors);
  const isRequest = vendors.kind === 'request';
  const open = (source: Source, baseUrl: string, { maxConcurrency }: SourceConfig) =>
    createUpstream({
      source,
      baseUrl,
      clock,
      random: () => 0.5,
      limits: { ...config.upstream, maxConcurrency, retryBaseMs: 0, retryMaxMs: 0 },
      hasTenants: isRequest,
      transport: vendor.transports[source],
    });
  const upstreams = {
    usage: open('USAGE', addresses.usage.baseUrl, config.usage),
    events: open('EVENTS', addresses.events.baseUrl, config.events),
  };
  const credentials = createVendorCredentials({
    own: readOwnSecrets(vendors),
    secret,
    clock,
    attemptTimeoutMs: config.upstream.attemptTimeoutMs,
    exchange: undefined,
    onAttempt: undefined,
  });
  const ends = { USAGE: readSourceEnd(config.usage), EVENTS: readSourceEnd(config.events) };
  const { timeoutMs, ...limits } = config.operation;
  const access = (source: 'usage' | 'events') => ({
    upstream: upstreams[source],
    settings: readSourceSettings(config, config[source]),
    retention: readRetention(config[source]),
  });
  const createContext = createContexts({
    version: 'test',
    limits: { ...limits, maxDepth: config.bounds.maxDepth },
    cursors: createCursorSealer(secret),
    live: createLive({
      pace: config.live.pace,
      clock,
      timers: systemTimers,
      onFault() {},
    }),
    liveCursors: createLiveCursors(secret),
    liveOverlapMs: 120_000,
    ends,
    credentialsOf: credentials.of,
    usage: access('usage'),
    events: access('events'),
    archive: null,
    files: null,
    analytics: {
      ...readSourceSettings(config, config.usage).age,
      maxBuckets: limits.maxBuckets,
      maxUpstreamBuckets: limits.maxUpstreamBuckets,
      staleIfErrorMs: config.staleIfErrorMs,
    },
    onSkippedRows: undefined,
  });
  const options = {
    clock,
    timeoutMs,
    maxUpstreamCalls: limits.maxUpstreamCalls,
    vendorCredentials: isRequest ? ('request' as const) : ('config' as const),
  };
  const costLimits = {
    ...limits,
    ends,
    hasArchive: false,
    pageSizes: { usage: config.usage.largestPage, events: config.events.largestPage },
  };

  const beginOperation = (reader: HeaderReader, caller: Caller): Operation | null => {
    try {
      return createOperation(options, new AbortController(), reader, caller);
    } catch (error) {
      if (error instanceof RequestError) return null;
      throw error;
    }
  };

  return {
    vendor,
    /** null: the credentials in the headers are wrong. */
    begin({ headers, variables, caller }: PlainOperation, document: DocumentNode, coerced: VariableValues) {
      const get = (name: string): string | null => headers[name] ?? null;
      const operation = beginOperation({ get }, caller);
      if (!operation) return null;
      const context: GraphContext = createContext(operation);
      const estimate = estimateOperation(
        { schema, document, variableValues: variables, coerced },
        costLimits,
        readMoment(context),
      );
      if (estimate) operation.callBudget.share(estimate);
      return {
        context,
        async print(run: () => ExecutionResult | Promise<ExecutionResult>): Promise<string> {
          vendor.takeCalls();
          const { data, errors } = await run();
          operation.end();
          await becomeIdle(vendor);
          return JSON.stringify(
            {
              data,
              errors: errors?.map((error) => ({ ...error.toJSON(), causes: describeFault(error) })),
              // With the calls that go on after the answer, because their time against it is not the engine's.
              tallies: operation.callBudget.tallies(),
              calls: vendor.takeCalls().toSorted(),
            },
            null,
            1,
          );
        },
      };
    },
    async close() {
      await Promise.all([upstreams.usage.close(), upstreams.events.close(), credentials.close()]);
    },
  };
}
