import { RequestError } from '../../base/errors.ts';
import { SOURCES } from '../../base/source.ts';
import type { Source } from '../../base/source.ts';
import type { Range } from '../../base/time.ts';
import { orderByTime } from '../../sources/events/order.ts';
import type { EventOrder } from '../../sources/events/order.ts';
import { decodeGlobalId } from '../global-id.ts';
import { readConnectionArguments } from '../paging/arguments.ts';
import type { ConnectionArguments, PageChoice } from '../paging/arguments.ts';
import { isPageAmong } from '../paging/connection.ts';
import { defaultEnd, freezeRange } from '../paging/range.ts';
import type { RangeInput } from '../paging/range.ts';
import type { SelectedField } from '../selection.ts';
import type { CallNeeds, EstimatedList, EstimateLimits } from './calls.ts';
import { estimateEventList, estimateFacets, EVENTS_BY_TIME } from './events.ts';
import { isRefusedEventFilter, isRefusedUsageFilter, withoutNulls } from './inputs.ts';
import { COST } from './shape.ts';
import { estimateAnalyticsCalls, estimateUsageList, estimateUsageRecords, USAGE_BY_TIME } from './usage.ts';

/** What a field needs of each vendor, and how long the lists in its answer may become. */
export interface FieldEstimate {
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

type Rule = (field: SelectedField, limits: EstimateLimits, nowMs: number) => FieldEstimate;

/** A refusal of the resolver's own, before any call. */
const REFUSED: FieldEstimate = { calls: [], sizes: { rows: 0, buckets: 0, values: 0 } };

/** Every field of the graph that causes calls, or bounds a list. */
const RULES: Readonly<Record<string, Rule>> = {
  'Query.usageRecord': ({ args }) => ({ calls: estimateUsageRecords([String(args['recordId'])]) }),
  'Query.node': ({ args }) => ({ calls: estimateNodes([args['id']]) }),
  'Query.nodes'({ args }, { maxPageSize }) {
    const ids = Array.isArray(args['ids']) ? args['ids'] : [];
    return ids.length > maxPageSize
      ? { calls: [], items: 0 }
      : { calls: estimateNodes(ids), items: ids.length };
  },
  'Query.usageRecords': (field, limits, nowMs) =>
    estimateList(field, limits, nowMs, (list) =>
      estimateUsageList({ ...list, pageSize: limits.pageSizes.usage }, field.args['filter']),
    ),
  'Query.events': (field, limits, nowMs) =>
    estimateList(field, limits, nowMs, (list) =>
      estimateEventList(
        { ...list, pageSize: limits.pageSizes.events },
        { filter: field.args['filter'], orderBy: field.args['orderBy'] },
      ),
    ),
  'Query.timeline': (field, limits, nowMs) =>
    estimateList(field, limits, nowMs, (list) => estimateTimeline(list, withoutNulls(field.args['filter']))),
  'Query.eventFacets'(field, limits, nowMs) {
    const range = readListRange(field, limits, nowMs);
    if (!range) return REFUSED;
    return { calls: estimateFacets(field, range), sizes: { values: Math.max(Number(field.args['top']), 0) } };
  },
  'Query.usageAnalytics'(field, limits, nowMs) {
    const range = readRange(field.args['range'], nowMs);
    const plan = range && orNull(() => estimateAnalyticsCalls(field, range, limits, nowMs));
    if (!plan) return REFUSED;
    const { calls, buckets, rows } = plan;
    return { calls, sizes: { buckets }, lookup: Math.ceil(rows * COST.row) };
  },
  'UsageRecord.relatedEvents': (field, limits) => estimateRelated('EVENTS', field, limits),
  'Event.relatedUsage': (field, limits) => estimateRelated('USAGE', field, limits),
};

/** What one field needs, itself alone; null: nothing, and it bounds nothing. */
export function estimateField(
  field: SelectedField,
  limits: EstimateLimits,
  nowMs: number,
): FieldEstimate | null {
  const rule = Object.hasOwn(RULES, field.coordinate) ? RULES[field.coordinate] : undefined;
  return rule ? rule(field, limits, nowMs) : null;
}

function estimateList(
  field: SelectedField,
  limits: EstimateLimits,
  nowMs: number,
  plan: (list: Omit<EstimatedList, 'pageSize'>) => readonly CallNeeds[],
): FieldEstimate {
  const { args, fields, coordinate } = field;
  const choice = readChoice(args, limits);
  const range = readListRange(field, limits, nowMs);
  if (!choice || !range) return REFUSED;
  const names = fields.map(({ name }) => name);
  const { first: _first, last: _last, ...others } = args;
  const list = {
    name: `${coordinate} ${choice.count} ${choice.direction} ${JSON.stringify(others)}`,
    range,
    page: isPageAmong(names) ? choice : null,
    isCounted: names.includes('totalCount'),
    isCountedByPage: true,
  };
  return { calls: plan(list), sizes: { rows: choice.count } };
}

/** A call of each source, where neither's filter is refused: how many of the page's rows will be whose can't be known. */
function estimateTimeline(
  list: Omit<EstimatedList, 'pageSize'>,
  { sources = SOURCES, ipAddress, usage, events }: Readonly<Record<string, unknown>>,
): readonly CallNeeds[] {
  const wanted = new Set(sources as readonly Source[]);
  const listOf = (name: string): EstimatedList => ({
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
    ...(wanted.has('USAGE') ? estimateUsageList(listOf('usage'), narrowed(usage)) : []),
    ...(wanted.has('EVENTS') ? estimateEventList(listOf('events'), { filter: narrowed(events) }) : []),
  ];
}

/** Entries that are near in time share a call, so at least one for all of a source; but one for each whose time is not known. */
function estimateNodes(ids: readonly unknown[]): readonly CallNeeds[] {
  const found = ids.flatMap((id) => decodeGlobalId(String(id)) ?? []);
  const untimed = found.filter(({ timestampMs }) => timestampMs === null);
  const timed = new Set(found.flatMap(({ source, timestampMs }) => (timestampMs === null ? [] : [source])));
  return [
    ...estimateUsageRecords(untimed.map(({ id }) => id)),
    ...(timed.has('USAGE') ? [USAGE_BY_TIME] : []),
    ...(timed.has('EVENTS') ? [EVENTS_BY_TIME] : []),
  ];
}

/** All entries that ask for it share one scan. */
function estimateRelated(
  source: Source,
  { args, coordinate }: SelectedField,
  limits: EstimateLimits,
): FieldEstimate {
  const choice = readChoice({ first: args['first'], after: args['after'] }, limits);
  return choice
    ? {
        calls: [{ source, possibleScans: [coordinate], isOpen: true }],
        sizes: { rows: choice.count },
        lookup: COST.relation,
      }
    : REFUSED;
}

function readChoice(args: Readonly<Record<string, unknown>>, limits: EstimateLimits): PageChoice | null {
  const order = orderByTime((args['orderBy'] ?? []) as readonly EventOrder[]);
  return orNull(() => readConnectionArguments(args as ConnectionArguments, limits, order ?? 'DESC'));
}

function readRange(range: unknown, nowMs: number, endMs = nowMs): Range | null {
  return orNull(() => freezeRange(range as RangeInput | null | undefined, nowMs, endMs));
}

function readListRange(
  { coordinate, args }: SelectedField,
  { ends }: EstimateLimits,
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
