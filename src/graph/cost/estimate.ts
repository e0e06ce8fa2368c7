import { RequestError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { CallNeeds } from '../../sources/paging/estimate.ts';
import type { GraphContext, Limits } from '../context.ts';
import type { SelectedField } from '../selection.ts';

/** What a field needs of the vendors, and how long the lists in its answer may become. */
export interface FieldEstimate {
  readonly calls?: readonly CallNeeds[];
  /** The most items of lists below the field, by their field names, if its arguments bound them. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** The most items of the field itself, if it is a list that its arguments bound. */
  readonly items?: number;
  /** The items that are charged for, if the field is a list that nothing bounds; left out: one. */
  readonly chargedItems?: number;
  /** The cost of each item with all its values, in hundredths of a point; left out: an object, and each of its values. */
  readonly itemCost?: number;
  /** The cost of the rows that are looked through for the field, in hundredths of a point. */
  readonly lookup?: number;
}

/** What an estimate may know: what the resolver knows before its first call, and the vendors' page sizes. */
export interface EstimateContext extends Pick<GraphContext, 'nowMs' | 'ends' | 'hasArchive' | 'viewer'> {
  readonly limits: Pick<Limits, 'defaultPageSize' | 'maxPageSize' | 'maxBuckets' | 'maxUpstreamBuckets'>;
  /** The most rows that each vendor is asked for at once. */
  readonly pageSizes: { readonly usage: number; readonly events: number };
  /** The sources that are configured and that the viewer may read. */
  readonly callable: ReadonlySet<Source>;
}

/**
 * A field's estimate, made from the same request that its resolver hands to the source.
 * @throws RequestError if the resolver refuses the request before any call
 */
export type EstimateField<Args> = (
  args: Args,
  fields: readonly SelectedField[],
  context: EstimateContext,
) => FieldEstimate;

declare module 'graphql' {
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    /** What the field needs; left out: it causes no call and bounds no list. */
    estimate?: EstimateField<_TArgs>;
  }
}

/** What one field needs, without the fields below it; null: its resolver refuses the request before any call. */
export function estimateField(
  { definition, args, fields }: SelectedField,
  context: EstimateContext,
): FieldEstimate | null {
  try {
    return definition?.extensions.estimate?.(args, fields, context) ?? {};
  } catch (error) {
    if (error instanceof RequestError) return null;
    throw error;
  }
}
