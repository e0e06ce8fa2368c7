import { scaleLinear, scaleTime } from 'd3-scale';
import { useId, useMemo } from 'react';
import type { ReactNode } from 'react';
import { clampSpan } from '../charts/bucket.ts';
import { ticksOf } from '../charts/ticks.ts';
import { useBrush } from '../charts/use-brush.ts';
import { useCursor } from '../charts/use-cursor.ts';
import { useWidth } from '../charts/use-width.ts';
import { readFragment } from '../generated/fragment-masking.ts';
import { graphql } from '../generated/gql.ts';
import type { ActivityRibbonQuery } from '../generated/graphql.ts';
import { usePanelQuery } from '../graph/use-panel-query.ts';
import { COVERAGE_FIELDS, CoverageNote } from '../parts/coverage.tsx';
import { AskedNote } from '../parts/asked.tsx';
import { Failures } from '../parts/failures.tsx';
import { useService } from '../state/service.ts';
import { useRange } from '../state/use-range.ts';
import { writeBucket, writeCompact, writeCount, writeSpan, writeTick } from '../time/words.ts';
import type { Interval } from '../time/span.ts';

const ACTIVITY_RIBBON = graphql(`
  query ActivityRibbon(
    $range: DateTimeRange!
    $interval: Interval!
    $timeZone: TimeZone!
    $withUsage: Boolean!
    $withEvents: Boolean!
  ) {
    usageAnalytics(range: $range, interval: $interval, timeZone: $timeZone) @include(if: $withUsage) {
      id
      buckets {
        id
        timestamp
        end
        filling
        count
        statuses {
          id
          failed
        }
      }
      coverage {
        ...CoverageFields
      }
    }
    eventBreakdown(by: [CATEGORY], range: $range, interval: $interval, timeZone: $timeZone, top: 1)
      @include(if: $withEvents) {
      groups {
        buckets {
          timestamp
          end
          count
        }
      }
      other {
        buckets {
          count
        }
      }
      coverage {
        ...CoverageFields
      }
    }
  }
`);

const HEIGHT = 92;
const AXIS = 16;
const LINE = 52;

interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  /** null: unknown, which is not zero. */
  readonly calls: number | null;
  readonly failed: number | null;
  readonly events: number | null;
  readonly isFilling: boolean;
}

/**
 * Both sources around one line: calls above it, events below it. The line itself says what was read: whole where the answer is complete,
 * dashed where it is not. A drag narrows the range of the whole page.
 */
export function Ribbon(): ReactNode {
  const { range, interval, timeZone, span, zoom } = useRange();
  const { service, scopes } = useService();
  const has = (source: string) => service.sources.some((each) => each.source === source && each.configured);
  const withUsage = has('USAGE') && scopes.has('usage:read');
  const withEvents = has('EVENTS') && scopes.has('events:read');
  const answer = usePanelQuery(
    ACTIVITY_RIBBON,
    { range, interval, timeZone, withUsage, withEvents },
    { pause: !withUsage && !withEvents },
  );
  const [width, measure] = useWidth();
  const x = useMemo(() => scaleTime([span.fromMs, span.toMs], [0, width]), [span, width]);
  const brush = useBrush(x, zoom);
  const hatch = useId();
  const hint = useId();
  const { data } = answer;
  const bars = useMemo(() => (data ? readBars(data) : []), [data]);
  const coverage = [...(data?.usageAnalytics?.coverage ?? []), ...(data?.eventBreakdown?.coverage ?? [])];
  const spans = readFragment(COVERAGE_FIELDS, coverage);
  const most = Math.max(1, ...bars.map(({ calls }) => calls ?? 0));
  const mostEvents = Math.max(1, ...bars.map(({ events }) => events ?? 0));
  const up = scaleLinear([0, most], [0, LINE - 6]);
  const down = scaleLinear([0, mostEvents], [0, HEIGHT - AXIS - LINE - 6]);
  const sum = (pick: (bar: Bar) => number | null) => bars.reduce((total, bar) => total + (pick(bar) ?? 0), 0);
  const total = `${writeCount(sum(({ calls }) => calls))} calls and ${writeCount(sum(({ events }) => events))} events`;
  const cursor = useCursor({
    buckets: bars,
    parts: 0,
    onOpen: (at) => bars[at] && zoom(clampSpan(bars[at], span)),
    onSpan: (selected) => zoom(clampSpan(selected, span)),
  });
  const current = cursor.at === null ? undefined : bars[cursor.at];
  const says = cursor.selected
    ? `${writeSpan(cursor.selected, timeZone)} selected. Enter narrows the range to it.`
    : current
      ? describeBar(current, interval, timeZone)
      : total;
  const marked = cursor.selected ?? current;
  const [from, to] = brush.selected ?? [
    marked ? Math.max(0, x(marked.fromMs)) : 0,
    marked ? Math.min(width, x(marked.toMs)) : 0,
  ];
  return (
    <section className="ribbon" aria-label="Activity of both sources" aria-busy={answer.fetching}>
      <Failures error={answer.error} retry={answer.retry} />
      <div
        ref={measure}
        className="chart-cursor"
        role="slider"
        tabIndex={0}
        aria-label={total}
        aria-describedby={hint}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={Math.max(0, bars.length - 1)}
        aria-valuenow={cursor.at ?? 0}
        aria-valuetext={says}
        onKeyDown={cursor.onKeyDown}
        onBlur={() => cursor.moveTo(null)}
      >
        <svg
          className="ribbon-chart"
          height={HEIGHT}
          width={width}
          viewBox={`0 0 ${width} ${HEIGHT}`}
          aria-hidden="true"
          {...brush.handlers}
        >
          <defs>
            <pattern
              id={hatch}
              width="4"
              height="4"
              patternUnits="userSpaceOnUse"
              patternTransform="rotate(45)"
            >
              <rect width="4" height="4" fill="var(--sheet)" />
              <rect width="2" height="4" fill="var(--bad)" />
            </pattern>
          </defs>
          {bars.map((bar) => {
            const left = Math.max(0, x(bar.fromMs));
            const wide = Math.max(0.75, Math.min(width, x(bar.toMs)) - left - 1);
            return (
              <g key={bar.fromMs} opacity={bar.isFilling ? 0.55 : 1}>
                <title>{describeBar(bar, interval, timeZone)}</title>
                <rect x={left} y={0} width={wide + 1} height={HEIGHT - AXIS} fill="transparent" />
                <rect
                  x={left}
                  y={LINE - up(bar.calls ?? 0)}
                  width={wide}
                  height={up(bar.calls ?? 0)}
                  fill="var(--calls)"
                />
                <rect
                  x={left}
                  y={LINE - up(bar.failed ?? 0)}
                  width={wide}
                  height={up(bar.failed ?? 0)}
                  fill={`url(#${hatch})`}
                />
                <rect
                  x={left}
                  y={LINE + 1}
                  width={wide}
                  height={down(bar.events ?? 0)}
                  fill="var(--events)"
                />
              </g>
            );
          })}
          {spans.map((entry) => {
            const isWhole = entry.status === 'COMPLETE' || entry.status === 'FILLING';
            if (isWhole) return null;
            const left = Math.max(0, x(Date.parse(entry.from)));
            const y = entry.source === 'USAGE' ? 0 : LINE;
            return (
              <rect
                key={[entry.source, entry.operation, entry.from].join()}
                x={left}
                y={y}
                width={Math.max(0, x(Date.parse(entry.to)) - left)}
                height={entry.source === 'USAGE' ? LINE : HEIGHT - AXIS - LINE}
                className="unread"
              />
            );
          })}
          <line x1={0} x2={width} y1={LINE} y2={LINE} stroke="var(--line-strong)" />
          {ticksOf(span, Math.floor(width / 110), timeZone).map((tick) => (
            <text
              key={tick}
              x={x(tick)}
              y={HEIGHT - 3}
              className="tick"
              textAnchor={anchorAt(x(tick), width)}
            >
              {writeTick(tick, span.toMs - span.fromMs, timeZone)}
            </text>
          ))}
          {to > from && <rect x={from} width={to - from} y={0} height={HEIGHT - AXIS} className="brush" />}
        </svg>
      </div>
      <p id={hint} className="visually-hidden">
        Left and right move over the bars, Shift with left or right selects a stretch, Enter narrows the range
        to it.
      </p>
      <div className="row spread legend">
        <span className="row">
          <Key
            color="var(--calls)"
            words={`Calls, up to ${writeCompact(most)} a ${interval.toLowerCase()}`}
          />
          <Key color={`url(#${hatch})`} words="of them failed" />
          {withEvents && (
            <Key
              color="var(--events)"
              words={`Events, up to ${writeCompact(mostEvents)} a ${interval.toLowerCase()}`}
            />
          )}
        </span>
        <span className="row">
          <CoverageNote of={coverage} />
          <AskedNote asked={[answer.asked]} />
        </span>
      </div>
    </section>
  );
}

function describeBar(bar: Bar, interval: Interval, timeZone: string): string {
  const words = [
    writeBucket(bar.fromMs, interval, timeZone),
    bar.calls === null ? 'calls unknown' : `${writeCount(bar.calls)} calls`,
    bar.failed ? `${writeCount(bar.failed)} failed` : '',
    bar.events === null ? '' : `${writeCount(bar.events)} events`,
    bar.isFilling ? 'still filling' : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}

/** Keeps the words of a tick inside the chart. */
function anchorAt(place: number, width: number): 'start' | 'middle' | 'end' {
  return place < 24 ? 'start' : place > width - 24 ? 'end' : 'middle';
}

function Key({ color, words }: { readonly color: string; readonly words: string }) {
  return (
    <span className="key">
      <svg width="10" height="10" aria-hidden="true">
        <rect width="10" height="10" fill={color} />
      </svg>
      {words}
    </span>
  );
}

function readBars({ usageAnalytics, eventBreakdown }: ActivityRibbonQuery): readonly Bar[] {
  const events = new Map<number, { count: number; toMs: number }>();
  const first = eventBreakdown?.groups[0]?.buckets ?? [];
  const others = eventBreakdown?.other?.buckets ?? [];
  for (const [at, { timestamp, end, count }] of first.entries()) {
    events.set(Date.parse(timestamp), { count: count + (others[at]?.count ?? 0), toMs: Date.parse(end) });
  }
  if (!usageAnalytics) {
    return [...events].map(([fromMs, { count, toMs }]) => ({
      fromMs,
      toMs,
      calls: null,
      failed: null,
      events: count,
      isFilling: false,
    }));
  }
  return usageAnalytics.buckets.map(({ timestamp, end, count, statuses, filling }) => ({
    fromMs: Date.parse(timestamp),
    toMs: Date.parse(end),
    calls: count,
    failed: statuses?.failed ?? null,
    events: eventBreakdown ? (events.get(Date.parse(timestamp))?.count ?? 0) : null,
    isFilling: filling,
  }));
}
