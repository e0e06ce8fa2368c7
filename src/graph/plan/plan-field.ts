import { RequestError } from '../../base/request-error.ts';
import type { Range } from '../../base/range.ts';
import type { Source } from '../../base/source.ts';
import { SOURCES } from '../../base/source.ts';
import { decodeGlobalId } from '../global-id.ts';
import { readConnectionArguments } from '../paging/connection-arguments.ts';
import type { ConnectionArguments, PageChoice } from '../paging/connection-arguments.ts';
import { freezeRange } from '../paging/freeze-range.ts';
import type { RangeInput } from '../paging/freeze-range.ts';
import { isPageAmong } from '../paging/needs-page.ts';
import { defaultEnd } from '../paging/source-ends.ts';
import type { CallNeeds } from './call-needs.ts';
import { COST } from './cost-shape.ts';
import { EVENTS_BY_TIME, planEventsList, planFacets } from './plan-event-calls.ts';
import type { PlanLimits } from './plan-limits.ts';
import { planAnalytics, planUsageList, planUsageRecords, USAGE_BY_TIME } from './plan-usage-calls.ts';
import type { PlannedField } from './planned-field.ts';
import type { PlannedList } from './planned-list.ts';
import { isRefusedEventFilter, isRefusedUsageFilter } from './refused-filter.ts';
import { withoutNulls } from './without-nulls.ts';

/** What a field needs of each vendor, and how long the lists in its answer may become. */
export interface FieldPlan {
  readonly calls: readonly CallNeeds[];
  /** Items that each list below it may hold, for those lists that its arguments bound. */
  readonly sizes?: ListSizes;
  /** Items of the field itself, where it is a list that its arguments bound. */
  readonly items?: number;
  /** What is looked through for it, in hundredths of a point. */
  readonly lookup?: number;
}

export interface ListSizes {
  readonly rows?: number;
  readonly buckets?: number;
  readonly values?: number;
}

type Rule = (field: PlannedField, limits: PlanLimits, nowMs: number) => FieldPlan;

/** A refusal of the resolver's own, before any call. */
const REFUSED: FieldPlan = { calls: [], sizes: { rows: 0, buckets: 0, values: 0 } };

/** Every field of the graph that causes calls, or bounds a list. */
const RULES: Readonly<Record<string, Rule>> = {
  'Query.usageRecord': ({ args }) => ({ calls: planUsageRecords([String(args['recordId'])]) }),
  'Query.node': ({ args }) => ({ calls: planNodes([args['id']]) }),
  'Query.nodes'({ args }, { maxPageSize }) {
    const ids = Array.isArray(args['ids']) ? args['ids'] : [];
    return ids.length > maxPageSize ? { calls: [], items: 0 } : { calls: planNodes(ids), items: ids.length };
  },
  'Query.usageRecords': (field, limits, nowMs) =>
    planList(field, limits, nowMs, (list) =>
      planUsageList({ ...list, pageSize: limits.pageSizes.usage }, field.args['filter']),
    ),
  'Query.events': (field, limits, nowMs) =>
    planList(field, limits, nowMs, (list) =>
      planEventsList(
        { ...list, pageSize: limits.pageSizes.events },
        { filter: field.args['filter'], orderBy: field.args['orderBy'] },
      ),
    ),
  'Query.timeline': (field, limits, nowMs) =>
    planList(field, limits, nowMs, (list) => planTimeline(list, withoutNulls(field.args['filter']))),
  'Query.eventFacets'(field, limits, nowMs) {
    const range = readListRange(field, limits, nowMs);
    if (!range) return REFUSED;
    return { calls: planFacets(field, range), sizes: { values: Math.max(Number(field.args['top']), 0) } };
  },
  'Query.usageAnalytics'(field, limits, nowMs) {
    const range = readRange(field.args['range'], nowMs);
    const plan = range && orNull(() => planAnalytics(field, range, limits, nowMs));
    if (!plan) return REFUSED;
    const { calls, buckets, rows } = plan;
    return { calls, sizes: { buckets }, lookup: Math.ceil(rows * COST.row) };
  },
  'UsageRecord.relatedEvents': (field, limits) => planRelated('EVENTS', field, limits),
  'Event.relatedUsage': (field, limits) => planRelated('USAGE', field, limits),
};

/** What one field needs, itself alone; null: nothing, and it bounds nothing. */
export function planField(field: PlannedField, limits: PlanLimits, nowMs: number): FieldPlan | null {
  const rule = Object.hasOwn(RULES, field.coordinate) ? RULES[field.coordinate] : undefined;
  return rule ? rule(field, limits, nowMs) : null;
}

function planList(
  field: PlannedField,
  limits: PlanLimits,
  nowMs: number,
  plan: (list: Omit<PlannedList, 'pageSize'>) => readonly CallNeeds[],
): FieldPlan {
  const { args, fields, coordinate } = field;
  const choice = readChoice(args, limits);
  const range = readListRange(field, limits, nowMs);
  if (!choice || !range) return REFUSED;
  const names = fields.map(({ name }) => name);
  const { first: _first, last: _last, ...others } = args;
  const list = {
    name: `${coordinate} ${choice.count} ${choice.travel} ${JSON.stringify(others)}`,
    range,
    page: isPageAmong(names) ? choice : null,
    isCounted: names.includes('totalCount'),
    isCountedByPage: true,
  };
  return { calls: plan(list), sizes: { rows: choice.count } };
}

/** A call of each source, where neither's filter is refused: how many of the page's rows will be whose can't be known. */
function planTimeline(
  list: Omit<PlannedList, 'pageSize'>,
  { sources = SOURCES, ipAddress, usage, events }: Readonly<Record<string, unknown>>,
): readonly CallNeeds[] {
  const wanted = new Set(sources as readonly Source[]);
  const part = (name: string): PlannedList => ({
    ...list,
    name: `${name} of ${list.name}`,
    isCountedByPage: false,
    pageSize: Infinity,
  });
  const narrowed = (own: unknown): Record<string, unknown> => ({
    ...withoutNulls(own),
    ...(ipAddress !== undefined && { ipAddress }),
  });
  if (wanted.has('USAGE') && isRefusedUsageFilter(narrowed(usage))) return [];
  if (wanted.has('EVENTS') && isRefusedEventFilter(narrowed(events))) return [];
  return [
    ...(wanted.has('USAGE') ? planUsageList(part('usage'), narrowed(usage)) : []),
    ...(wanted.has('EVENTS') ? planEventsList(part('events'), { filter: narrowed(events) }) : []),
  ];
}

/** Entries that are near in time share a call, so at least one for all of a source; but one for each whose time is not known. */
function planNodes(ids: readonly unknown[]): readonly CallNeeds[] {
  const found = ids.flatMap((id) => decodeGlobalId(String(id)) ?? []);
  const untimed = found.filter(({ timestampMs }) => timestampMs === null);
  const timed = new Set(found.flatMap(({ source, timestampMs }) => (timestampMs === null ? [] : [source])));
  return [
    ...planUsageRecords(untimed.map(({ id }) => id)),
    ...(timed.has('USAGE') ? [USAGE_BY_TIME] : []),
    ...(timed.has('EVENTS') ? [EVENTS_BY_TIME] : []),
  ];
}

/** All entries that ask for it share one scan. */
function planRelated(source: Source, { args, coordinate }: PlannedField, limits: PlanLimits): FieldPlan {
  const choice = readChoice({ first: args['first'], after: args['after'] }, limits);
  return choice
    ? {
        calls: [{ source, possibleScans: [coordinate], isOpen: true }],
        sizes: { rows: choice.count },
        lookup: COST.relation,
      }
    : REFUSED;
}

function readChoice(args: Readonly<Record<string, unknown>>, limits: PlanLimits): PageChoice | null {
  return orNull(() => readConnectionArguments(args as ConnectionArguments, limits));
}

function readRange(range: unknown, nowMs: number, endMs = nowMs): Range | null {
  return orNull(() => freezeRange(range as RangeInput | null | undefined, nowMs, endMs));
}

function readListRange(
  { coordinate, args }: PlannedField,
  { ends }: PlanLimits,
  nowMs: number,
): Range | null {
  const filter = withoutNulls(args['filter']);
  const sources: readonly Source[] =
    coordinate === 'Query.usageRecords'
      ? ['USAGE']
      : coordinate === 'Query.timeline'
        ? ((filter['sources'] as readonly Source[] | undefined) ?? SOURCES)
        : ['EVENTS'];
  return readRange(args['range'], nowMs, defaultEnd(ends, sources, nowMs));
}

function orNull<Value>(read: () => Value): Value | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RequestError) return null;
    throw error;
  }
}
