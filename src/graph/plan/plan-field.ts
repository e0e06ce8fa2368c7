import { RequestError } from '../../base/request-error.ts';
import type { Range } from '../../base/range.ts';
import type { Source } from '../../base/source.ts';
import { SOURCES } from '../../base/source.ts';
import { readConnectionArguments } from '../paging/connection-arguments.ts';
import type { ConnectionArguments, PageChoice } from '../paging/connection-arguments.ts';
import { freezeRange } from '../paging/freeze-range.ts';
import type { RangeInput } from '../paging/freeze-range.ts';
import { isPageAmong } from '../paging/needs-page.ts';
import type { CallNeeds } from './call-needs.ts';
import { NO_NEEDS } from './call-needs.ts';
import { countBuckets } from './count-buckets.ts';
import { isRecord } from './is-record.ts';
import { planEventsList } from './plan-event-calls.ts';
import type { PlanLimits } from './plan-limits.ts';
import type { PlannedField } from './planned-field.ts';
import { planAnalytics, planNodes, planUsageList, planUsageRecord } from './plan-usage-calls.ts';

/** What a field needs of the vendors, and how long the lists in its answer may become. */
export interface FieldPlan {
  readonly calls: CallNeeds;
  /** Items that each list below it may hold, for those lists that its arguments bound. */
  readonly sizes?: ListSizes;
  /** Items of the field itself, where it is a list that its arguments bound. */
  readonly items?: number;
}

export interface ListSizes {
  readonly rows?: number;
  readonly buckets?: number;
  readonly values?: number;
}

type Rule = (field: PlannedField, limits: PlanLimits, nowMs: number) => FieldPlan;

/** A refusal of the resolver's own, before any call. */
const REFUSED: FieldPlan = { calls: NO_NEEDS, sizes: { rows: 0, buckets: 0, values: 0 } };

/** Every field of the graph that causes calls, or bounds a list. */
const RULES: Readonly<Record<string, Rule>> = {
  'Query.usageRecord': (field) => ({ calls: planUsageRecord(field) }),
  'Query.node': ({ args }) => ({ calls: planNodes([args['id']]) }),
  'Query.nodes'({ args }, { maxPageSize }) {
    const ids = Array.isArray(args['ids']) ? args['ids'] : [];
    return ids.length > maxPageSize
      ? { calls: NO_NEEDS, items: 0 }
      : { calls: planNodes(ids), items: ids.length };
  },
  'Query.usageRecords': (field, limits, nowMs) =>
    planList(field, limits, nowMs, (list, wants) =>
      planUsageList(list, field.args['filter'], wants, limits.pageSizes.usage),
    ),
  'Query.events': (field, limits, nowMs) =>
    planList(field, limits, nowMs, (list, wants) =>
      planEventsList(
        list,
        { filter: field.args['filter'], orderBy: field.args['orderBy'] },
        wants,
        limits.pageSizes.events,
      ),
    ),
  'Query.timeline': (field, limits, nowMs) =>
    planList(field, limits, nowMs, (list, wants) => planTimeline(list, field.args['filter'], wants)),
  'Query.eventFacets'({ args, fields, coordinate }, _limits, nowMs) {
    if (!readRange(args['range'], nowMs)) return REFUSED;
    const isCounted = fields.some(({ isLeaf, name }) => !isLeaf && name !== 'coverage');
    const top = Number(args['top']);
    return {
      calls: { scans: isCounted ? [`${coordinate} ${JSON.stringify(args)}`] : [] },
      sizes: { values: Math.max(top, 0) },
    };
  },
  'Query.usageAnalytics'(field, { maxBuckets }, nowMs) {
    const range = readRange(field.args['range'], nowMs);
    if (!range) return REFUSED;
    const buckets = countBuckets(range, field.args['interval'], String(field.args['timeZone']), maxBuckets);
    return { calls: planAnalytics(field), sizes: { buckets } };
  },
  'UsageRecord.relatedEvents': (field, limits) => planRelated(field, limits),
  'Event.relatedUsage': (field, limits) => planRelated(field, limits),
};

/** What one field needs, itself alone; null: nothing, and it bounds nothing. */
export function planField(field: PlannedField, limits: PlanLimits, nowMs: number): FieldPlan | null {
  const rule = Object.hasOwn(RULES, field.coordinate) ? RULES[field.coordinate] : undefined;
  return rule ? rule(field, limits, nowMs) : null;
}

interface Wants {
  readonly page: PageChoice | null;
  readonly count: boolean;
}

function planList(
  { args, fields, coordinate }: PlannedField,
  limits: PlanLimits,
  nowMs: number,
  plan: (list: string, wants: Wants) => CallNeeds,
): FieldPlan {
  const choice = readChoice(args, limits);
  const isRangeRight = args['range'] == null || readRange(args['range'], nowMs) !== null;
  if (!choice || !isRangeRight) return REFUSED;
  const names = fields.map(({ name }) => name);
  const { first: _first, last: _last, ...others } = args;
  const list = `${coordinate} ${choice.count} ${choice.travel} ${JSON.stringify(others)}`;
  const wants = { page: isPageAmong(names) ? choice : null, count: names.includes('totalCount') };
  return { calls: plan(list, wants), sizes: { rows: choice.count } };
}

/** At least a call of each source: how many of the page's rows will be whose can't be known. */
function planTimeline(list: string, filter: unknown, wants: Wants): CallNeeds {
  const parts = isRecord(filter) ? filter : {};
  const sources = new Set((parts['sources'] ?? SOURCES) as readonly Source[]);
  const narrowed = (own: unknown): unknown => ({
    ...(isRecord(own) ? own : {}),
    ...(parts['ipAddress'] != null && { ipAddress: parts['ipAddress'] }),
  });
  const needs = [
    ...(sources.has('USAGE')
      ? [planUsageList(`usage of ${list}`, narrowed(parts['usage']), wants, Infinity)]
      : []),
    ...(sources.has('EVENTS')
      ? [planEventsList(`events of ${list}`, { filter: narrowed(parts['events']) }, wants, Infinity)]
      : []),
  ];
  return {
    certain: needs
      .flatMap(({ certain = [] }) => certain)
      .map(([key, calls]) => [key, Math.max(calls, 1)] as const),
    scans: needs.flatMap(({ scans = [] }) => scans),
    isOpen: needs.length > 0,
  };
}

/** All entries that ask for it share one scan. */
function planRelated({ args, coordinate }: PlannedField, limits: PlanLimits): FieldPlan {
  const choice = readChoice({ first: args['first'], after: args['after'] }, limits);
  return choice
    ? { calls: { possibleScans: [coordinate], isOpen: true }, sizes: { rows: choice.count } }
    : REFUSED;
}

function readChoice(args: Readonly<Record<string, unknown>>, limits: PlanLimits): PageChoice | null {
  return orNull(() => readConnectionArguments(args as ConnectionArguments, limits));
}

function readRange(range: unknown, nowMs: number): Range | null {
  return orNull(() => freezeRange(range as RangeInput | null | undefined, nowMs));
}

function orNull<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RequestError) return null;
    throw error;
  }
}
