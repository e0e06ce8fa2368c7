import type { Dice } from './dice.ts';
import { ACTIONS, CATEGORIES, ELEMENTS, HUBS, IPS, TAGS, USERNAMES } from './log.ts';
import type { EventRow, LogRow, UsageRow } from './log.ts';

/** A filter as a caller writes it, and the rows that it matches. */
export interface DrawnFilter<Row> {
  readonly input: Readonly<Record<string, unknown>> | null;
  /** Whether the vendor can be asked for this row. This also decides whether a row that can't be parsed reaches the service. */
  readonly isAsked: (row: Row) => boolean;
  readonly isMatch: (row: Row) => boolean;
}

const ALL: DrawnFilter<LogRow> = { input: null, isAsked: () => true, isMatch: () => true };

/** One IPv4 address, or a block of 8, 16 or 24 bits. */
function drawAddress(dice: Dice): {
  readonly text: string;
  readonly contains: (ip: string | null) => boolean;
} {
  const ip = dice.pick(IPS);
  const octets = dice.pick([1, 2, 3, 4] as const);
  const head = ip.split('.').slice(0, octets).join('.');
  if (octets === 4) return { text: ip, contains: (other) => other === ip };
  return {
    text: `${head}${'.0'.repeat(4 - octets)}/${octets * 8}`,
    contains: (other) => other?.startsWith(`${head}.`) ?? false,
  };
}

export function drawUsageFilter(dice: Dice): DrawnFilter<UsageRow> {
  if (dice.chance(0.45)) return ALL;
  const input: Record<string, unknown> = {};
  const asked: ((row: UsageRow) => boolean)[] = [];
  let isInside: (row: UsageRow) => boolean = () => true;
  if (dice.chance(0.2)) {
    const hub = dice.pick(HUBS);
    input['hub'] = hub;
    asked.push((row) => row.hub === hub);
  }
  if (dice.chance(0.25)) {
    const keys = ELEMENTS.filter(() => dice.chance(0.5));
    input['elementKeys'] = keys;
    asked.push((row) => keys.some((key) => key === row.element));
  }
  if (dice.chance(0.2)) {
    const tags = TAGS.filter(() => dice.chance(0.6));
    input['tags'] = tags;
    asked.push((row) => row.tags.some((tag) => tags.some((wanted) => wanted === tag)));
  }
  if (dice.chance(0.2)) {
    const status = dice.pick(['SUCCESS', 'FAILED'] as const);
    input['status'] = status;
    asked.push((row) => row.status === status);
  }
  if (dice.chance(0.1)) {
    input['searchText'] = 'contacts';
    asked.push((row) => row.uri.includes('contacts'));
  }
  if (dice.chance(0.5)) {
    const { text, contains } = drawAddress(dice);
    input['ipAddress'] = text;
    isInside = (row) => contains(row.ip);
  }
  const isAsked = (row: UsageRow): boolean => asked.every((test) => test(row));
  return { input, isAsked, isMatch: (row) => isAsked(row) && isInside(row) };
}

type TextTest = (value: string | null) => boolean;

function drawText(dice: Dice, values: readonly [string, ...string[]]): { input: object; test: TextTest } {
  const value = dice.pick(values);
  const kind = dice.int(0, 5);
  if (kind <= 1) return { input: { eq: value }, test: (other) => other === value };
  if (kind === 2) {
    const wanted = values.filter(() => dice.chance(0.5));
    return { input: { in: wanted }, test: (other) => other !== null && wanted.includes(other) };
  }
  if (kind === 3) {
    const start = value.slice(0, dice.int(1, 5));
    return { input: { startsWith: start }, test: (other) => other?.startsWith(start) ?? false };
  }
  if (kind === 4) {
    const part = value.slice(dice.int(0, 2), dice.int(4, 9));
    return { input: { contains: part }, test: (other) => other?.includes(part) ?? false };
  }
  const isNull = dice.chance(0.3);
  return { input: { isNull }, test: (other) => (other === null) === isNull };
}

export function drawEventFilter(dice: Dice, depth = 0): DrawnFilter<EventRow> {
  if (depth === 0 && dice.chance(0.45)) return ALL;
  const input: Record<string, unknown> = {};
  const tests: ((row: EventRow) => boolean)[] = [];
  if (dice.chance(0.3)) {
    const { input: text, test } = drawText(dice, CATEGORIES);
    input['category'] = text;
    tests.push((row) => test(row.category));
  }
  if (dice.chance(0.3)) {
    const { input: text, test } = drawText(dice, ACTIONS);
    input['action'] = text;
    tests.push((row) => test(row.action));
  }
  if (dice.chance(0.25)) {
    const { input: text, test } = drawText(dice, USERNAMES);
    input['username'] = text;
    tests.push((row) => test(row.username));
  }
  if (dice.chance(0.25)) {
    const { text, contains } = drawAddress(dice);
    input['ipAddress'] = text;
    tests.push((row) => contains(row.ip));
  }
  if (dice.chance(0.15)) {
    const text = dice.pick(['DID THIS', 'bob', 'that'] as const);
    input['searchText'] = text;
    tests.push((row) => row.description?.toLowerCase().includes(text.toLowerCase()) ?? false);
  }
  if (depth < 1 && dice.chance(0.2)) {
    const inner = drawEventFilter(dice, depth + 1);
    const isEmpty = Object.keys(inner.input ?? {}).length === 0;
    input['not'] = inner.input;
    tests.push((row) => isEmpty || !inner.isMatch(row));
  }
  const isMatch = (row: EventRow): boolean => tests.every((test) => test(row));
  // The service decides which part of the filter it sends to the vendor, so a spoilt row may or may not arrive.
  return { input, isAsked: isMatch, isMatch };
}

export function drawTimelineFilter(
  dice: Dice,
): DrawnFilter<LogRow> & { readonly sources: readonly string[] } {
  const sources = dice.pick([null, null, null, ['USAGE'], ['EVENTS'], ['USAGE', 'EVENTS']] as const);
  const asked = sources ?? ['USAGE', 'EVENTS'];
  const usage = dice.chance(0.6) ? ALL : drawUsageFilter(dice);
  const events = dice.chance(0.6) ? ALL : drawEventFilter(dice);
  const hasOwn = [usage, events].some(({ input }) => input !== null && 'ipAddress' in input);
  const address = !hasOwn && dice.chance(0.3) ? drawAddress(dice) : null;
  const input = {
    ...(sources && { sources }),
    ...(usage.input && { usage: usage.input }),
    ...(events.input && { events: events.input }),
    ...(address && { ipAddress: address.text }),
  };
  const isAsked = (row: LogRow): boolean =>
    asked.some((source) => source === row.source) &&
    (row.source === 'USAGE' ? usage.isAsked(row) : events.isAsked(row));
  return {
    sources: asked,
    input: Object.keys(input).length === 0 ? null : input,
    isAsked,
    isMatch: (row) =>
      isAsked(row) &&
      (row.source === 'USAGE' ? usage.isMatch(row) : events.isMatch(row)) &&
      (address?.contains(row.ip) ?? true),
  };
}
