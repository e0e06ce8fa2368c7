import { useId, useMemo } from 'react';
import type { BarSeries } from '../../charts/bars.tsx';
import { readStates } from '../../charts/bucket.ts';
import { layerFill, restFill } from '../../charts/textures.tsx';
import { readFragment } from '../../generated/fragment-masking.ts';
import type { EventCategoriesQuery } from '../../generated/graphql.ts';
import { COVERAGE_FIELDS } from '../../parts/coverage.tsx';
import { useEventCategories } from '../../shell/activity.ts';
import { writeCount, writeMany } from '../../time/words.ts';
import { spanOf, sumKnown } from './series.ts';
import { StackedPanel } from './stacked-panel.tsx';

const REST = 'other categories';

export function CategoriesPanel() {
  const answer = useEventCategories();
  const breakdown = answer.data?.eventBreakdown ?? null;
  const id = useId();
  const { buckets, layers } = useMemo(() => readLayers(breakdown, id), [breakdown, id]);
  const [first] = breakdown?.groups ?? [];
  const total = sumKnown(layers.flatMap(({ values }) => values)) ?? 0;
  return (
    <StackedPanel
      id={id}
      chart="categories"
      title="Events by category"
      source="events"
      answer={answer}
      coverage={breakdown?.coverage}
      height={260}
      nothing={first === undefined ? 'events' : null}
      summary={`${writeMany(total, 'event')} in ${writeMany(layers.length, 'category', 'categories')}. The largest is ${first?.key[0]?.value ?? 'none'} with ${writeCount(first?.count ?? 0)}.`}
      buckets={buckets}
      layers={8}
      layer="category"
      series={layers}
      conditionsOf={(category) => (category === REST ? {} : { category })}
    />
  );
}

function readLayers(breakdown: EventCategoriesQuery['eventBreakdown'], id: string) {
  const coverage = readFragment(COVERAGE_FIELDS, breakdown?.coverage ?? []);
  const rows = breakdown?.groups[0]?.buckets ?? [];
  const buckets = rows.map((row) => {
    const span = spanOf(row);
    const cut =
      span.fromMs < Date.parse(breakdown?.from ?? '') || span.toMs > Date.parse(breakdown?.to ?? '');
    return { ...span, states: readStates(span, coverage, { cut }) };
  });
  // A scan that did not get to a bucket leaves it at zero, which is not known to be zero.
  const isMissing = buckets.map(
    ({ states }, at) =>
      states.includes('missing') ||
      (states.includes('partial') &&
        (breakdown?.groups ?? []).every(({ buckets: of }) => of?.[at]?.count === 0)),
  );
  const valuesOf = (of: readonly { readonly count: number }[] | null) =>
    rows.map((_, at) => (isMissing[at] ? null : (of?.[at]?.count ?? null)));
  const groups: BarSeries[] = (breakdown?.groups ?? []).map(({ key, buckets: of }, at) => {
    const name = key[0]?.value ?? 'none';
    return { key: name, name, fill: layerFill(id, at), values: valuesOf(of) };
  });
  const rest = breakdown?.other;
  return {
    buckets: buckets.map((bucket, at) =>
      isMissing[at] ? { ...bucket, states: ['missing' as const] } : bucket,
    ),
    layers: rest
      ? [...groups, { key: REST, name: REST, fill: restFill(id), values: valuesOf(rest.buckets) }]
      : groups,
  };
}
