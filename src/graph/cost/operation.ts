import { planChannel } from '../../base/channels.ts';
import { RequestError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { CallNeeds } from '../../sources/paging/estimate.ts';
import { MAX_ATTEMPTS_PER_CALL } from '../../upstream/limits.ts';
import type { Limits } from '../context.ts';
import { operationFields } from '../selection.ts';
import type { OperationDocument, SelectedField } from '../selection.ts';
import { estimateField } from './estimate.ts';
import type { EstimateContext, FieldEstimate } from './estimate.ts';
import { COST, costOf, costOfField, fieldsOf, HUNDREDTHS, measureCost } from './shape.ts';
import type { CostField, CostShape } from './shape.ts';

/** The limits that an estimate is made against. */
export interface EstimateLimits
  extends
    Pick<EstimateContext, 'ends' | 'hasArchive' | 'pageSizes'>,
    Pick<
      Limits,
      'defaultPageSize' | 'maxPageSize' | 'maxBuckets' | 'maxUpstreamBuckets' | 'maxUpstreamCalls' | 'maxCost'
    > {}

/** When an operation is estimated, and for whom. */
export interface EstimateMoment extends Pick<EstimateContext, 'nowMs' | 'viewer'> {
  /** The sources that the caller has credentials for and may read: no other source is called. */
  readonly callable: ReadonlySet<Source>;
}

/** What an operation will need, worked out before the first call. */
export interface OperationEstimate {
  /** Calls that are made whatever the vendors answer, if nothing is cached. */
  readonly leastCalls: number;
  /** Calls that full answers take. A scan counts as the one call that it makes at least. */
  readonly plannedCalls: number;
  /** The planned calls that no scan may take; each scan has one call of the budget besides. */
  readonly keptFromScans: number;
  /** The scans that share the other calls, and how many of them only count. */
  readonly scans: number;
  readonly counts: number;
  /** More calls are never made, with retries, crowded instants and scans included. */
  readonly mostCalls: number;
  /** In points. The actual cost is never more. */
  readonly cost: number;
  /** The actual cost of an answer, in points. */
  measure(data: unknown, calls: number): number;
  readonly fields: readonly SelectedField[];
  readonly shape: CostShape;
}

/**
 * Estimates an operation from its document, its coerced arguments and the limits, without a call. null: the operation can't
 * run, and the execution reports why.
 */
export function estimateOperation(
  operation: OperationDocument,
  limits: EstimateLimits,
  moment: EstimateMoment,
): OperationEstimate | null {
  if (!planChannel.hasSubscribers) return addUp(operation, limits, moment);
  const { document, operationName = null } = operation;
  return planChannel.traceSync(() => addUp(operation, limits, moment), { document, operationName });
}

function addUp(
  operation: OperationDocument,
  limits: EstimateLimits,
  { nowMs, viewer, callable }: EstimateMoment,
): OperationEstimate | null {
  const fields = operationFields(operation);
  if (!fields) return null;
  const { ends, hasArchive, pageSizes } = limits;
  const asked: CallNeeds[] = [];
  const shape = shapeOf(fields, {}, { nowMs, viewer, ends, hasArchive, pageSizes, callable, limits }, asked);
  const needs = asked.filter(({ source }) => callable.has(source));

  const saved = collectKeys(needs, (need) => need.saved);
  const least = collectKeys(needs, (need) => need.least?.filter((key) => !saved.has(key)));
  const fullCalls = countFull(needs);
  const counts = collectKeys(needs, (need) => need.counts);
  const scans = scansOf(needs);
  const possibleScans = collectKeys(needs, (need) => need.possibleScans);
  const budget = limits.maxUpstreamCalls;
  const isOpen = needs.some((need) => need.isOpen) || scans.size > 0 || possibleScans.size > 0;
  const mostCalls = isOpen ? budget : Math.min(fullCalls * MAX_ATTEMPTS_PER_CALL, budget);
  const plannedCalls = fullCalls + scans.size;
  return {
    leastCalls: least.size,
    plannedCalls,
    keptFromScans: Math.min(fullCalls, Math.max(budget - scans.size, 0)),
    scans: scans.size + possibleScans.size,
    counts: counts.size,
    mostCalls,
    cost: toPoints(costOf(shape) + mostCalls * COST.call),
    measure: (data, calls) => toPoints(measureCost(shape, data) + calls * COST.call),
    fields,
    shape,
  };
}

/** The calls that full answers take. A scan counts as the one call that it makes at least. */
export function countPlanned(needs: readonly CallNeeds[]): number {
  return countFull(needs) + scansOf(needs).size;
}

function countFull(needs: readonly CallNeeds[]): number {
  const full = new Map<string, number>();
  for (const need of needs) for (const [key, calls] of need.full ?? []) full.set(key, calls);
  let sum = 0;
  for (const calls of full.values()) sum += calls;
  return sum;
}

/** Those that only count, too. */
function scansOf(needs: readonly CallNeeds[]): ReadonlySet<string> {
  return collectKeys(needs, ({ scans = [], counts = [] }) =>
    scans.length + counts.length > 0 ? [...scans, ...counts] : undefined,
  );
}

const NO_KEYS: ReadonlySet<string> = new Set();

/** The different keys of all needs. Most operations have no keys of most kinds. */
function collectKeys(
  needs: readonly CallNeeds[],
  keysOf: (need: CallNeeds) => readonly string[] | undefined,
): ReadonlySet<string> {
  let found: Set<string> | null = null;
  for (const need of needs) for (const key of keysOf(need) ?? []) (found ??= new Set()).add(key);
  return found ?? NO_KEYS;
}

/** Why an operation is refused; null: it may run. */
export function refuseOperation(estimate: OperationEstimate, limits: EstimateLimits): RequestError | null {
  const { maxUpstreamCalls, maxCost } = limits;
  if (estimate.leastCalls > maxUpstreamCalls) {
    return new RequestError(
      'LIMIT_EXCEEDED',
      `This operation would make ${estimate.leastCalls} vendor calls at least, and may make ${maxUpstreamCalls}; none was made. Ask for fewer records by id, or fewer fields at once.`,
      { limit: 'maxUpstreamCalls', allowed: maxUpstreamCalls, requested: estimate.leastCalls },
    );
  }
  if (estimate.cost > maxCost) {
    return new RequestError(
      'LIMIT_EXCEEDED',
      `This operation may cost ${estimate.cost} points, and ${maxCost} are allowed; no call was made. The dearest part is '${costliestPath(estimate.shape)}': ask there for fewer rows, buckets or values, or for it alone.`,
      { limit: 'maxCost', allowed: maxCost, requested: estimate.cost },
    );
  }
  return null;
}

/** The shape of the answer. Adds to `needs` the calls of every field. */
function shapeOf(
  fields: readonly SelectedField[],
  sizes: NonNullable<FieldEstimate['sizes']>,
  context: EstimateContext,
  needs: CallNeeds[],
): CostShape {
  const types = splitByType(fields);
  if (types) {
    return {
      ...shapeOf(types.common, sizes, context, needs),
      types: types.each.map((own) => shapeOf(own, sizes, context, needs)),
    };
  }
  const objects = fields.filter(({ isLeaf }) => !isLeaf);
  const leaves = fields.length - objects.length;
  return { leaves, fields: objects.map((field) => shapeOfField(field, sizes, context, needs)) };
}

function shapeOfField(
  field: SelectedField,
  sizes: NonNullable<FieldEstimate['sizes']>,
  context: EstimateContext,
  needs: CallNeeds[],
): CostField {
  const { key, name, isList } = field;
  const estimate = estimateField(field, context);
  // A field that refuses its arguments is null in the answer.
  if (!estimate) return { key, name, size: 0, weight: 0, isFlat: false, leaves: 0, fields: [] };
  const { calls = [], items = sizes[name], chargedItems = 1, itemCost, lookup = 0 } = estimate;
  needs.push(...calls);
  const below =
    itemCost === undefined
      ? shapeOf(field.fields, estimate.sizes ?? sizes, context, needs)
      : { leaves: 0, fields: [] };
  return {
    ...below,
    key,
    name,
    size: isList ? (items ?? chargedItems) : 1,
    weight: (itemCost ?? COST.object) + lookup,
    isFlat: isList && items === undefined,
  };
}

/** The fields that all types have and those of each type, if an object may be of several types; null: it has one type. */
function splitByType(fields: readonly SelectedField[]): {
  readonly common: readonly SelectedField[];
  readonly each: readonly (readonly SelectedField[])[];
} | null {
  if (fields.every(({ ofType }) => ofType === fields[0]?.ofType)) return null;
  const each = new Map<string, SelectedField[]>();
  const common: SelectedField[] = [];
  for (const field of fields) {
    if (field.ofType === null) common.push(field);
    else each.set(field.ofType, [...(each.get(field.ofType) ?? []), field]);
  }
  return each.size > 1 ? { common, each: [...each.values()] } : null;
}

/** The path of the list that costs most: `timeline.nodes.relatedEvents`. */
function costliestPath(shape: CostShape): string {
  const path: string[] = [];
  let upToList = 0;
  let here: CostShape = shape;
  for (;;) {
    const [costliest] = fieldsOf(here).toSorted((a, b) => costOfField(b) - costOfField(a));
    if (!costliest || costOfField(costliest) * 2 < costOf(here)) break;
    path.push(costliest.name);
    if (costliest.size > 1) upToList = path.length;
    here = costliest;
  }
  return path.slice(0, upToList).join('.') || 'all of it together';
}

function toPoints(hundredths: number): number {
  return Math.ceil(hundredths / HUNDREDTHS);
}
