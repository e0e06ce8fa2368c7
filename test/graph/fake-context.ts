import { graphql as execute } from 'graphql';
import type { ExecutionResult } from 'graphql';
import { Secret } from '../../src/base/secret.ts';
import type { Source } from '../../src/base/source.ts';
import { SCOPES } from '../../src/graph/access.ts';
import type { Scope } from '../../src/graph/access.ts';
import type { GraphContext } from '../../src/graph/context.ts';
import { createCursorSealer } from '../../src/graph/paging/cursor.ts';
import { schema } from '../../src/graph/schema.ts';
import { createLiveCursors } from '../../src/graph/paging/live-cursor.ts';
import type { AuditEvent } from '../../src/sources/events/event.ts';
import type { EventsSource } from '../../src/sources/events/source.ts';
import type { Page } from '../../src/sources/paging/page.ts';
import type { TimelineSource } from '../../src/sources/timeline/source.ts';
import type { AnalyticsRequest, UsageAnalytics } from '../../src/sources/usage/analytics/analytics.ts';
import type { UsageRecord } from '../../src/sources/usage/record.ts';
import type { UsageSource } from '../../src/sources/usage/source.ts';
import type { TypedDocumentString } from './generated/graphql.ts';

export const NOW_MS = Date.parse('2026-11-21T12:00:00.000Z');

/** The only page of an empty list. */
export const EMPTY_PAGE: Page<never> = { rows: [], hasMore: false, end: null, coverage: [] };

export function createRecord(facts: Partial<UsageRecord> = {}): UsageRecord {
  return {
    source: 'USAGE',
    id: '53e6e0c8e4b067fd19a9d6ab',
    timestampMs: NOW_MS - 60_000,
    requestStatus: 'SUCCESS',
    requestStatusText: 'SUCCESS',
    elementKey: 'githuboauth',
    elementName: 'GitHub OAuth',
    elementApi: 'authenticate',
    elementTags: ['production'],
    instanceName: 'production 2',
    accountId: '1',
    companyId: '1',
    userId: '1',
    processTime: 317,
    requestURI: '/elements/api-v1/oauth/getRequestToken?email=bob%40example.com',
    requestIP: '172.31.28.13',
    ipAddress: '172.31.28.13',
    instanceTags: [],
    requestId: null,
    requestMethod: 'GET',
    responseStatus: 200,
    instanceId: null,
    vendorProcessTime: 300,
    platformProcessTime: 17,
    userName: 'bob.smith',
    accountName: 'Example',
    companyName: 'Example Ltd',
    provisionName: 'production 2',
    vendorResource: '/user/repos',
    elementResource: '/repos',
    ...facts,
  };
}

export function createEvent(facts: Partial<AuditEvent> = {}): AuditEvent {
  return {
    source: 'EVENTS',
    id: '9223372036854775807',
    timestampMs: NOW_MS - 30_000,
    category: 'authentication',
    action: 'user-login-success',
    description: 'User bob.smith has logged in',
    username: 'bob.smith',
    ipAddress: '12.34.56.78',
    ...facts,
  };
}

/** Analytics without buckets. */
function createAnalytics({ range, interval, timeZone, previous }: AnalyticsRequest): UsageAnalytics {
  const totals = { count: null, elements: null, processTime: null, statuses: null };
  const period = { ...range, buckets: [], totals, coverage: [] };
  return { ...period, interval: interval ?? 'DAY', timeZone, previous: previous.map(() => period) };
}

type Call = readonly [name: string, ...args: unknown[]];

type Ask = (query: string, variables?: Record<string, unknown>) => Promise<ExecutionResult>;

/** A context whose sources give the set answers and record their calls. */
export interface FakeContext {
  readonly context: GraphContext;
  readonly calls: readonly Call[];
  /** The answer as JSON, with errors that are not yet translated. */
  readonly ask: Ask;
  /** The answer with the error objects. */
  readonly askRaw: Ask;
  /** The data of an operation that codegen typed. Throws if there are errors. */
  readonly read: <Data, Variables extends Record<string, unknown>>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
  ) => Promise<Data>;
}

export interface FakeAnswers {
  readonly usage?: Partial<UsageSource>;
  readonly events?: Partial<EventsSource>;
  readonly timeline?: Partial<TimelineSource>;
  readonly context?: Partial<Omit<GraphContext, 'usage' | 'events' | 'timeline'>>;
  /** Left out: `USAGE`. */
  readonly configured?: readonly Source[];
  readonly scopes?: readonly Scope[];
}

export function createFakeContext(answers: FakeAnswers = {}): FakeContext {
  const calls: Call[] = [];
  const recording = <Reader extends object>(reader: Reader): Reader =>
    new Proxy(reader, {
      get(target, name, receiver) {
        const method: unknown = Reflect.get(target, name, receiver);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => {
          calls.push([String(name), ...args]);
          return method.apply(target, args);
        };
      },
    });
  const context: GraphContext = {
    nowMs: NOW_MS,
    ends: { USAGE: null, EVENTS: null },
    hasArchive: false,
    liveOverlapMs: 120_000,
    usage: recording<UsageSource>({
      getUsageRecord: async () => null,
      listUsageRecords: async () => EMPTY_PAGE,
      countUsageRecords: async () => null,
      getUsageAnalytics: async (request) => createAnalytics(request),
      getUsageBreakdown: async () => ({ groups: [], other: null, coverage: [] }),
      ...answers.usage,
    }),
    events: recording<EventsSource>({
      getEvent: async () => null,
      listEvents: async () => EMPTY_PAGE,
      countEvents: async () => null,
      countEventFacets: async () => ({ facets: new Map(), coverage: [] }),
      getEventBreakdown: async () => ({ groups: [], other: null, coverage: [] }),
      ...answers.events,
    }),
    timeline: recording<TimelineSource>({
      listActivities: async () => EMPTY_PAGE,
      countActivities: async () => null,
      listRelatedEvents: async () => ({ take: () => [], coverage: [], unreadBelowMs: null }),
      listRelatedUsage: async () => ({ take: () => [], coverage: [], unreadBelowMs: null }),
      ...answers.timeline,
    }),
    cursors: createCursorSealer(new Secret('a secret of the tests')),
    live: {
      cursors: createLiveCursors(new Secret('a secret of the tests')),
      binding: '',
      lastEventId: null,
      open: () => ({
        next: async () => ({ done: true, value: undefined }),
        [Symbol.asyncIterator]() {
          return this;
        },
      }),
      onUpdate() {},
    },
    limits: {
      defaultPageSize: 50,
      maxPageSize: 500,
      maxBuckets: 2_000,
      maxUpstreamBuckets: 20_000,
      maxScannedRows: 10_000,
      maxUpstreamCalls: 20,
      maxDepth: 12,
      maxCost: 3_000,
    },
    viewer: { isAnonymous: false, scopes: new Set(answers.scopes ?? SCOPES) },
    service: {
      version: '1.2.3',
      configured: answers.configured ?? ['USAGE'],
      sources: () => [
        {
          source: 'USAGE',
          configured: true,
          healthy: true,
          lastSuccessAtMs: NOW_MS - 5_000,
          retention: 'P30D',
          settlesAfterMs: 90_000,
        },
        {
          source: 'EVENTS',
          configured: false,
          healthy: null,
          lastSuccessAtMs: null,
          retention: null,
          settlesAfterMs: 0,
        },
      ],
      archive: null,
    },
    ...answers.context,
  };
  const askRaw: Ask = async (source, variableValues = {}) =>
    execute({ schema, source, contextValue: context, variableValues });
  return {
    context,
    calls,
    askRaw,
    ask: async (query, variables) => JSON.parse(JSON.stringify(await askRaw(query, variables))),
    async read(document, variables) {
      const { data, errors } = await askRaw(document.toString(), variables);
      if (errors) throw errors[0]!;
      return JSON.parse(JSON.stringify(data));
    },
  };
}
