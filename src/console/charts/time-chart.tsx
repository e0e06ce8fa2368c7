import './charts.css';
import { scaleTime } from 'd3-scale';
import { useId, useMemo, useState } from 'react';
import type { PointerEvent, ReactNode } from 'react';
import { useRange } from '../state/use-range.ts';
import { writeBucket, writeSpan, writeZone } from '../time/words.ts';
import { TimeAxis, ValueAxis } from './axes.tsx';
import { BucketStates, StateKeys } from './bucket-states.tsx';
import type { Span } from '../time/span.ts';
import { clampSpan, findBucket, STATE_WORDS } from './bucket.ts';
import type { ChartBucket } from './bucket.ts';
import { ChartSlider } from './chart-slider.tsx';
import { ChartTable } from './chart-table.tsx';
import { ChartTip } from './chart-tip.tsx';
import { columnOf, createValueScale } from './plot.ts';
import type { Plot, ValueAxisWords } from './plot.ts';
import type { Reading } from './reading.ts';
import { CursorMark, StretchMark } from './selection.tsx';
import { Textures } from './textures.tsx';
import { useBrush } from './use-brush.ts';
import { useCursor } from './use-cursor.ts';
import { useWidth } from './use-width.ts';

export interface TimeChartProps {
  /** The id of its textures, which a legend outside shows, too. */
  readonly id: string;
  readonly label: string;
  /** What the chart shows, as one or two sentences. */
  readonly summary: string;
  readonly buckets: readonly ChartBucket[];
  readonly axis: ValueAxisWords;
  readonly readings: (at: number) => readonly Reading[];
  /** Opens the rows of a bucket or of one part of it. */
  readonly onOpen: (at: number, part?: string) => void;
  /** What opens, such as `its calls`. */
  readonly opens: string;
  /** The part at a height of a bucket. */
  readonly partAt?: (at: number, value: number) => string | undefined;
  /** Gets a stretch that was selected by a drag or by keys. Left out: it narrows the range everywhere. */
  readonly onSpan?: (span: Span) => void;
  /** What a selection does, such as `narrows the range to it`. */
  readonly selects?: string;
  /** A stretch that stays marked. */
  readonly marked?: Span | null;
  readonly asTable: boolean;
  readonly layers?: number;
  readonly accent?: string;
  readonly height?: number;
  /** Its marks. */
  readonly children: (plot: Plot) => ReactNode;
}

const LEFT = 48;
const TOP = 18;
const BELOW = 22;

/**
 * A chart over the page's range: axes, the marks of its children, a cursor for keys and pointers, a brush that narrows the range everywhere, and
 * the same as a table.
 */
export function TimeChart(props: TimeChartProps) {
  const { id, label, summary, buckets, axis, readings, onOpen, opens, asTable, children } = props;
  const { partAt, layers = 1, accent = 'var(--calls)', height = 190 } = props;
  const { span, timeZone, interval, zoom } = useRange();
  const { onSpan = zoom, selects = 'narrows the range to it' } = props;
  const [width, measure] = useWidth();
  const [hovered, setHovered] = useState<number | null>(null);
  const words = useId();
  const plot = useMemo((): Plot => {
    const [top, bottom, right] = [TOP, height - BELOW, Math.max(LEFT + 1, width - 1)];
    return {
      x: scaleTime([span.fromMs, span.toMs], [LEFT, right]),
      y: createValueScale(axis, bottom, top),
      left: LEFT,
      right,
      top,
      bottom,
    };
  }, [span, width, height, axis]);
  const parts = buckets.length > 0 ? readings(0).filter(({ isPart }) => isPart) : [];
  const cursor = useCursor({
    buckets,
    parts: parts.length,
    onOpen: (at, part) => onOpen(at, part === null ? undefined : parts[part]?.key),
    onSpan: (selected) => onSpan(clampSpan(selected, span)),
  });
  const bucketAt = (event: PointerEvent<SVGSVGElement>) =>
    findBucket(
      buckets,
      plot.x.invert(event.clientX - event.currentTarget.getBoundingClientRect().left).getTime(),
    );
  const brush = useBrush(plot.x, onSpan, (event) => {
    const at = bucketAt(event);
    if (at === null) return;
    // A finger has no way to look first: its first touch shows the figures, and the next one opens them.
    if (event.pointerType === 'touch' && cursor.at !== at) return cursor.moveTo(at);
    const value = plot.y.invert(event.clientY - event.currentTarget.getBoundingClientRect().top);
    onOpen(at, partAt?.(at, value));
  });
  const shown = hovered ?? cursor.at;
  const write = (at: number) => {
    const bucket = buckets[at];
    if (!bucket) return '';
    const named =
      cursor.part === null
        ? readings(at)
        : readings(at).filter(({ key }) => key === parts[cursor.part ?? 0]?.key);
    return [
      writeBucket(bucket.fromMs, interval, timeZone),
      ...named.map(({ name, text }) => `${name}: ${text}`),
      ...bucket.states.map((state) => STATE_WORDS[state]),
    ].join(', ');
  };
  const says = cursor.selected
    ? `${writeSpan(cursor.selected, timeZone)} selected. Enter ${selects}.`
    : cursor.at === null
      ? summary
      : write(cursor.at);
  return (
    <figure className="chart">
      {/* On its own, because nothing inside a hidden chart can be used by a legend. */}
      <svg width="0" height="0" aria-hidden="true" className="textures">
        <Textures id={id} layers={layers} accent={accent} />
      </svg>
      <p id={words} className={asTable ? 'muted' : 'visually-hidden'}>
        {summary}{' '}
        {asTable
          ? ''
          : `Left and right move over the buckets${parts.length > 0 ? ', up and down pick a part' : ''}, Enter opens ${opens}, Shift with left or right selects a stretch.`}
      </p>
      {asTable && (
        <ChartTable label={label} buckets={buckets} readings={readings} opens={opens} onOpen={onOpen} />
      )}
      <ChartSlider
        label={label}
        describedBy={words}
        says={says}
        count={buckets.length}
        cursor={cursor}
        measure={measure}
        isHidden={asTable}
      >
        <svg
          width={width}
          height={height}
          aria-hidden="true"
          className="chart-plot"
          {...brush.handlers}
          onPointerMove={(event) => {
            brush.handlers.onPointerMove(event);
            if (event.pointerType === 'mouse') setHovered(bucketAt(event));
          }}
          onPointerLeave={() => setHovered(null)}
        >
          <ValueAxis plot={plot} title={axis.title} write={axis.write} isLog={axis.kind === 'log'} />
          {width > 0 && children(plot)}
          <BucketStates id={id} plot={plot} buckets={buckets} />
          <TimeAxis plot={plot} span={span} timeZone={timeZone} />
          <CursorMark plot={plot} bucket={shown === null ? undefined : buckets[shown]} />
          <StretchMark plot={plot} dragged={brush.selected} marked={cursor.selected ?? props.marked} />
        </svg>
        {shown !== null && buckets[shown] && !brush.selected && (
          <ChartTip
            place={columnOf(plot, buckets[shown]).start}
            width={width}
            title={`${writeBucket(buckets[shown].fromMs, interval, timeZone)} ${writeZone(buckets[shown].fromMs, timeZone)}`}
            readings={readings(shown)}
            picked={parts[cursor.part ?? -1]?.key}
            states={buckets[shown].states}
          />
        )}
      </ChartSlider>
      {!asTable && (
        <figcaption className="chart-states">
          <StateKeys id={id} buckets={buckets} />
        </figcaption>
      )}
    </figure>
  );
}
