import { RequestError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import { operationFields } from '../selection.ts';
import type { OperationDocument, SelectedField } from '../selection.ts';
import type { CallNeeds, EstimateLimits } from './calls.ts';
import { estimateField } from './field.ts';
import type { ListSizes } from './field.ts';
import { COST, costOf, costOfField, fieldsOf, HUNDREDTHS, measureCost } from './shape.ts';
import type { CostField, CostShape } from './shape.ts';

/** What an operation will need, known before it is run. */
export interface OperationEstimate {
  /** Calls that are made whatever the vendors answer, where nothing is kept. */
  readonly leastCalls: number;
  /** Calls that full answers take; each scan counts as the one that it makes at least. */
  readonly plannedCalls: number;
  /** Those of them that no scan may take: not the last ones of the budget, of which each scan has one. */
  readonly keptFromScans: number;
  /** Scans that share the others, and how many of them only count. */
  readonly scans: number;
  readonly counts: number;
  /** More are never made: retries, crowded instants and scans included. Infinity: not bounded. */
  readonly mostCalls: number;
  /** In points; what it costs in fact is never more. */
  readonly cost: number;
  /** What an answer has cost, in points. */
  measure(data: unknown, calls: number): number;
  readonly fields: readonly SelectedField[];
  readonly shape: CostShape;
}

/**
 * The most attempts that one call can become: three, each of them once more with a renewed token. See
 * `upstream/create-upstream.ts`.
 */
const ATTEMPTS = 6;
/** Charged for a list that no argument bounds, such as coverage: one item. Elements of a bucket: so many at most. */
const ELEMENTS_CHARGED = 25;

/** What an operation finds when it is planned. */
export interface EstimateMoment {
  /** The operation's one 'now', in milliseconds since the epoch. */
  readonly nowMs: number;
  /** The sources that its caller has credentials for and may read: no other is called. */
  readonly callable: ReadonlySet<Source>;
}

/**
 * Plans an operation from its document, its coerced arguments and the limits, without asking anybody. null: it can't be run
 * as it stands, which execution tells better.
 */
export function estimateOperation(
  asked: OperationDocument,
  limits: EstimateLimits,
  { nowMs, callable }: EstimateMoment,
): OperationEstimate | null {
  const fields = operationFields(asked);
  if (!fields) return null;
  const asks: CallNeeds[] = [];
  const shape = shapeOf(fields, {}, limits, nowMs, asks);
  const needs = asks.filter(({ source }) => callable.has(source));

  const saved = new Set(needs.flatMap(({ saved: keys = [] }) => keys));
  const least = new Set(needs.flatMap(({ least: keys = [] }) => keys.filter((key) => !saved.has(key))));
  const full = new Map(needs.flatMap(({ full: calls = [] }) => calls));
  const counts = new Set(needs.flatMap(({ counts: keys = [] }) => keys));
  const scans = new Set([...needs.flatMap(({ scans: keys = [] }) => keys), ...counts]);
  const possibleScans = new Set(needs.flatMap(({ possibleScans: keys = [] }) => keys));
  const fullCalls = [...full.values()].reduce((sum, calls) => sum + calls, 0);
  const budget = limits.maxUpstreamCalls ?? Infinity;
  const isOpen = needs.some((need) => need.isOpen) || scans.size > 0 || possibleScans.size > 0;
  const mostCalls = isOpen ? budget : Math.min(fullCalls * ATTEMPTS, budget);
  const plannedCalls = fullCalls + scans.size;
  const chargedCalls = Number.isFinite(mostCalls) ? mostCalls : plannedCalls;
  return {
    leastCalls: least.size,
    plannedCalls,
    keptFromScans: Math.min(fullCalls, Math.max(budget - scans.size, 0)),
    scans: scans.size + possibleScans.size,
    counts: counts.size,
    mostCalls,
    cost: toPoints(costOf(shape) + chargedCalls * COST.call),
    measure: (data, calls) => toPoints(measureCost(shape, data) + calls * COST.call),
    fields,
    shape,
  };
}

/** Why an operation must not be run; null: it may. */
export function refuseOperation(plan: OperationEstimate, limits: EstimateLimits): RequestError | null {
  const { maxUpstreamCalls, maxCost } = limits;
  if (maxUpstreamCalls !== null && plan.leastCalls > maxUpstreamCalls) {
    return new RequestError(
      'LIMIT_EXCEEDED',
      `This operation would make ${plan.leastCalls} vendor calls at least, and may make ${maxUpstreamCalls}; none was made. Ask for fewer records by id, or fewer fields at once.`,
      { limit: 'maxUpstreamCalls', allowed: maxUpstreamCalls, requested: plan.leastCalls },
    );
  }
  if (maxCost !== null && plan.cost > maxCost) {
    return new RequestError(
      'LIMIT_EXCEEDED',
      `This operation may cost ${plan.cost} points, and ${maxCost} are allowed; no call was made. The dearest part is '${costliestPath(plan.shape)}': ask there for fewer rows, buckets or values, or for it alone.`,
      { limit: 'maxCost', allowed: maxCost, requested: plan.cost },
    );
  }
  return null;
}

function shapeOf(
  fields: readonly SelectedField[],
  sizes: ListSizes,
  limits: EstimateLimits,
  nowMs: number,
  needs: CallNeeds[],
): CostShape {
  const types = splitByType(fields);
  if (types) {
    return {
      ...shapeOf(types.common, sizes, limits, nowMs, needs),
      types: types.each.map((own) => shapeOf(own, sizes, limits, nowMs, needs)),
    };
  }
  let leaves = 0;
  const below: CostField[] = [];
  for (const field of fields) {
    if (field.isLeaf) {
      leaves += field.coordinate.startsWith('ElementCount.') ? 0 : 1;
      continue;
    }
    const plan = estimateField(field, limits, nowMs);
    if (plan) needs.push(...plan.calls);
    const bound = field.isList ? (plan?.items ?? boundOf(field, sizes)) : 1;
    below.push({
      ...shapeOf(field.fields, plan?.sizes ?? sizes, limits, nowMs, needs),
      key: field.key,
      name: field.name,
      size: bound ?? flatSize(field),
      weight: (field.name === 'elements' ? COST.element : COST.object) + (plan?.lookup ?? 0),
      isFlat: bound === null,
    });
  }
  return { leaves, fields: below };
}

/** Fields that all types have, and those of each, where an object may be of one type or another; null: it is of one. */
function splitByType(fields: readonly SelectedField[]): {
  readonly common: readonly SelectedField[];
  readonly each: readonly (readonly SelectedField[])[];
} | null {
  const each = new Map<string, SelectedField[]>();
  const common: SelectedField[] = [];
  for (const field of fields) {
    if (field.ofType === null) common.push(field);
    else each.set(field.ofType, [...(each.get(field.ofType) ?? []), field]);
  }
  return each.size > 1 ? { common, each: [...each.values()] } : null;
}

/** What bounds a list by name, in the field that bounds it. */
function boundOf({ name, args }: SelectedField, { rows, buckets, values }: ListSizes): number | null {
  if (name === 'edges' || name === 'nodes') return rows ?? null;
  if (name === 'buckets') return buckets ?? null;
  if (name === 'values') return values ?? null;
  return name === 'elements' && Array.isArray(args['keys']) ? args['keys'].length : null;
}

function flatSize({ name, args }: SelectedField): number {
  if (name !== 'elements') return 1;
  const top = typeof args['top'] === 'number' ? Math.max(args['top'], 0) : Infinity;
  return Math.min(top, ELEMENTS_CHARGED);
}

/** The way to the list that costs most: `timeline.nodes.relatedEvents`. */
function costliestPath(shape: CostShape): string {
  const path: string[] = [];
  let upToList = 0;
  let here: CostShape = shape;
  for (;;) {
    const [dearest] = fieldsOf(here).toSorted((a, b) => costOfField(b) - costOfField(a));
    if (!dearest || costOfField(dearest) * 2 < costOf(here)) break;
    path.push(dearest.name);
    if (dearest.size > 1) upToList = path.length;
    here = dearest;
  }
  return path.slice(0, upToList).join('.') || 'all of it together';
}

function toPoints(hundredths: number): number {
  return Math.ceil(hundredths / HUNDREDTHS);
}
