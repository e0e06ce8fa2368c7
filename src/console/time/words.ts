import type { Interval, Span } from './span.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = timeZone + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone })));
  return format;
}

const DAY: Intl.DateTimeFormatOptions = { day: '2-digit', month: 'short' };
const TIME: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };

/** A whole instant, to the millisecond if it has some: `26 Nov 2026, 14:05:09.125`. */
export function writeInstant(ms: number, timeZone: string): string {
  return formatOf(timeZone, {
    ...DAY,
    ...TIME,
    year: 'numeric',
    second: '2-digit',
    ...(ms % 1_000 ? { fractionalSecondDigits: 3 } : {}),
  }).format(ms);
}

/** A row's time: `26 Nov 14:05:09.125`. */
export function writeRowTime(ms: number, timeZone: string): string {
  return formatOf(timeZone, { ...DAY, ...TIME, second: '2-digit', fractionalSecondDigits: 3 })
    .format(ms)
    .replace(',', '');
}

/** A tick or bucket, as fine as its interval needs. */
export function writeBucket(ms: number, interval: Interval, timeZone: string): string {
  if (interval === 'MONTH') return formatOf(timeZone, { month: 'short', year: 'numeric' }).format(ms);
  if (interval === 'DAY' || interval === 'WEEK')
    return formatOf(timeZone, { ...DAY, weekday: 'short' }).format(ms);
  const seconds: Intl.DateTimeFormatOptions = interval === 'SECOND' ? { second: '2-digit' } : {};
  return formatOf(timeZone, { ...DAY, ...TIME, ...seconds })
    .format(ms)
    .replace(',', '');
}

/** The short form for an axis: the day at midnight, else the time. */
export function writeTick(ms: number, spanMs: number, timeZone: string): string {
  const time = formatOf(timeZone, spanMs < 300_000 ? { ...TIME, second: '2-digit' } : TIME).format(ms);
  return /^00:00(:00)?$/.test(time) ? formatOf(timeZone, DAY).format(ms) : time;
}

/** `26 Nov 14:05 – 15:05`, or with both days if they differ. */
export function writeSpan({ fromMs, toMs }: Span, timeZone: string): string {
  const withDay = formatOf(timeZone, { ...DAY, ...TIME });
  const from = withDay.format(fromMs).replace(',', '');
  const isSameDay =
    formatOf(timeZone, DAY).format(fromMs) === formatOf(timeZone, DAY).format(toMs) &&
    toMs - fromMs < 86_400_000;
  const to = isSameDay ? formatOf(timeZone, TIME).format(toMs) : withDay.format(toMs).replace(',', '');
  return `${from} – ${to}`;
}

/** The zone's short name at a time, such as `UTC` or `GMT+1`. */
export function writeZone(ms: number, timeZone: string): string {
  const parts = formatOf(timeZone, { timeZoneName: 'short' }).formatToParts(ms);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
}

const LENGTHS: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** A length of time in its two largest units: `2 d 4 h`. */
export function writeLength(ms: number): string {
  let rest = Math.round(ms / 1_000) * 1_000;
  const words: string[] = [];
  for (const [unit, name] of LENGTHS) {
    const count = Math.floor(rest / unit);
    if (count > 0 && words.length < 2) words.push(`${count} ${name}`);
    rest -= count * unit;
  }
  return words.join(' ') || '0 s';
}

const WHOLE = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const COMPACT = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 1 });
const PERCENT = new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 1 });

export const writeCount = (value: number): string => WHOLE.format(value);
/** A number of things, such as `1 event` or `1,234 events`. */
export const writeMany = (count: number, one: string, many = `${one}s`): string =>
  `${writeCount(count)} ${count === 1 ? one : many}`;
export const writeCompact = (value: number): string => (value < 10_000 ? WHOLE : COMPACT).format(value);
export const writeShare = (value: number): string => PERCENT.format(value);
export const writeMs = (value: number): string =>
  value < 10_000 ? `${WHOLE.format(value)} ms` : `${WHOLE.format(value / 1_000)} s`;
