import { scaleLinear, scaleTime } from 'd3-scale';
import { useId, useMemo } from 'react';
import type { ReactNode } from 'react';
import { TimeAxis } from '../charts/axes.tsx';
import { clampSpan } from '../charts/bucket.ts';
import { ChartSlider } from '../charts/chart-slider.tsx';
import { Swatch } from '../charts/legend.tsx';
import type { Plot } from '../charts/plot.ts';
import { StretchMark } from '../charts/selection.tsx';
import { failedFill, FailedTexture } from '../charts/textures.tsx';
import { useBrush } from '../charts/use-brush.ts';
import { useCursor } from '../charts/use-cursor.ts';
import { useWidth } from '../charts/use-width.ts';
import { readFragment } from '../generated/fragment-masking.ts';
import { AskedNote } from '../parts/asked.tsx';
import { COVERAGE_FIELDS, CoverageNote } from '../parts/coverage.tsx';
import { Failures } from '../parts/failures.tsx';
import { useService } from '../state/service.ts';
import { useRange } from '../state/use-range.ts';
import type { Interval } from '../time/span.ts';
import { writeCompact, writeSpan } from '../time/words.ts';
import { describeActivity, readActivity, useCallActivity, useEventCategories, writeSum } from './activity.ts';
import type { Activity } from './activity.ts';
import { RibbonBar, UnreadMark } from './ribbon-marks.tsx';

const HEIGHT = 96;
const LINE = 52;
const BOTTOM = 76;
/** Between the tallest bar and the edge. */
const SPACE = 6;

/**
 * Both sources around one line: calls above it, events below it. What was not read whole is shaded. A drag narrows the range of the whole page.
 */
export function Ribbon(): ReactNode {
  const { ribbonInterval: interval, timeZone, span, zoom } = useRange();
  const { service, scopes } = useService();
  const has = (source: string) => service.sources.some((each) => each.source === source && each.configured);
  const withUsage = has('USAGE') && scopes.has('usage:read');
  const withEvents = has('EVENTS') && scopes.has('events:read');
  const calls = useCallActivity(!withUsage);
  const events = useEventCategories(!withEvents);
  const answers = [...(withUsage ? [calls] : []), ...(withEvents ? [events] : [])];
  const [width, measure] = useWidth();
  const id = useId();
  const hint = useId();
  const usage = calls.data?.usageAnalytics;
  const categories = events.data?.eventBreakdown;
  const buckets = useMemo(() => readActivity(usage, categories), [usage, categories]);
  const coverage = [...(usage?.coverage ?? []), ...(categories?.coverage ?? [])];
  const most = Math.max(1, ...buckets.map((bucket) => bucket.calls ?? 0));
  const mostEvents = Math.max(1, ...buckets.map((bucket) => bucket.events ?? 0));
  const x = useMemo(() => scaleTime([span.fromMs, span.toMs], [0, width]), [span, width]);
  const sides = { x, left: 0, right: width };
  const plots = {
    calls: { ...sides, top: 0, bottom: LINE, y: scaleLinear([0, most], [LINE, SPACE]) },
    events: { ...sides, top: LINE, bottom: BOTTOM, y: scaleLinear([0, mostEvents], [LINE, BOTTOM - SPACE]) },
  };
  const whole: Plot = { ...plots.calls, bottom: BOTTOM };
  const brush = useBrush(x, zoom);
  const cursor = useCursor({
    buckets,
    parts: 0,
    onOpen: (at) => buckets[at] && zoom(clampSpan(buckets[at], span)),
    onSpan: (selected) => zoom(clampSpan(selected, span)),
  });
  const current = cursor.at === null ? undefined : buckets[cursor.at];
  const describe = (bucket: Activity) => describeActivity(bucket, interval, timeZone);
  const total = `${writeSum(buckets, 'calls')} and ${writeSum(buckets, 'events')}`;
  const says = cursor.selected
    ? `${writeSpan(cursor.selected, timeZone)} selected. Enter narrows the range to it.`
    : current
      ? describe(current)
      : total;
  return (
    <section
      className="chart ribbon"
      aria-label="Activity of both sources"
      aria-busy={answers.some(({ fetching }) => fetching)}
    >
      {answers.map(({ asked, error, retry }) => (
        <Failures key={asked.document} error={error} retry={retry} />
      ))}
      <ChartSlider
        label={total}
        describedBy={hint}
        says={says}
        count={buckets.length}
        cursor={cursor}
        measure={measure}
      >
        <svg
          width={width}
          height={HEIGHT}
          aria-hidden="true"
          className="chart-plot"
          data-outdated={
            answers.some(({ fetching, data }) => fetching && data !== undefined) ? '' : undefined
          }
          {...brush.handlers}
        >
          <defs>
            <FailedTexture id={id} />
          </defs>
          {buckets.map((bucket) => (
            <RibbonBar key={bucket.fromMs} id={id} plots={plots} bucket={bucket} words={describe(bucket)} />
          ))}
          {readFragment(COVERAGE_FIELDS, coverage).map((entry) => (
            <UnreadMark
              key={[entry.source, entry.operation, entry.from].join()}
              plots={plots}
              entry={entry}
            />
          ))}
          <line x1={0} x2={width} y1={LINE} y2={LINE} className="rule" />
          <TimeAxis plot={whole} span={span} timeZone={timeZone} />
          <StretchMark plot={whole} dragged={brush.selected} marked={cursor.selected ?? current} />
        </svg>
      </ChartSlider>
      <p id={hint} className="visually-hidden">
        Left and right move over the bars, Shift with left or right selects a stretch, Enter narrows the range
        to it.
      </p>
      <div className="row spread legend">
        <span className="row">
          <Key fill="var(--calls)">{writeMost('Calls', buckets, 'calls', interval)}</Key>
          <Key fill={failedFill(id)}>of them failed</Key>
          {withEvents && <Key fill="var(--events)">{writeMost('Events', buckets, 'events', interval)}</Key>}
        </span>
        <span className="row">
          <CoverageNote of={coverage} />
          <AskedNote asked={answers.map(({ asked }) => asked)} />
        </span>
      </div>
    </section>
  );
}

/** How high the tallest bar is; an unknown number is not a small one. */
function writeMost(
  name: string,
  buckets: readonly Activity[],
  of: 'calls' | 'events',
  interval: Interval,
): string {
  const known = buckets.flatMap((bucket) => bucket[of] ?? []);
  if (known.length === 0) return buckets.length === 0 ? name : `${name}: not known`;
  return `${name}, up to ${writeCompact(Math.max(...known))} ${interval === 'HOUR' ? 'an' : 'a'} ${interval.toLowerCase()}`;
}

function Key({ fill, children }: { readonly fill: string; readonly children: ReactNode }) {
  return (
    <span className="key">
      <Swatch fill={fill} />
      <span>{children}</span>
    </span>
  );
}
