import { GraphQLError } from 'graphql';
import type { GraphQLScalarType, ValueNode } from 'graphql';
import {
  GraphQLDateTime,
  GraphQLDuration,
  GraphQLIP,
  GraphQLSafeInt,
  GraphQLTimeZone,
} from 'graphql-scalars';
import ipaddr from 'ipaddr.js';
import { Temporal } from '../base/time.ts';
import { builder } from './builder.ts';

/** The areas that zones are named under. */
const AREAS = [
  'Africa',
  'America',
  'Antarctica',
  'Asia',
  'Atlantic',
  'Australia',
  'Europe',
  'Indian',
  'Pacific',
] as const;
/** Longer than the name of any zone's place. */
const PLACE = /^[A-Za-z][A-Za-z_ -]{1,39}$/;

/** What is wrong with a text that names no zone, and the way out: its area, if it is the name of a zone's place alone. */
export function explainTimeZone(text: string): string {
  if (/^(UTC|GMT)?[+-]/i.test(text))
    return "TimeZone must be a zone's IANA name, such as 'UTC' or 'Europe/Berlin', not an offset.";
  const zone = findZone(text);
  return zone === null
    ? "TimeZone must be a zone's IANA name, such as 'UTC' or 'Europe/Berlin'."
    : `TimeZone must be a zone's whole IANA name: '${zone}'.`;
}

function findZone(text: string): string | null {
  if (!PLACE.test(text)) return null;
  const place = text.replaceAll(' ', '_').replaceAll(/(?<![A-Za-z])[a-z]/g, (letter) => letter.toUpperCase());
  return AREAS.map((area) => `${area}/${place}`).find(isZone) ?? null;
}

function isZone(timeZone: string): boolean {
  try {
    Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

const DATE_TIME_RULE = "DateTime must be a moment as RFC 3339 writes it, such as '2026-11-21T09:30:00Z'.";
const IP_RULE = "IP must be an address or a CIDR block, such as '192.0.2.7' or '10.0.0.0/8'.";
const DURATION_RULE = "Duration must be a length of time as ISO 8601 writes it, such as 'PT5M' or 'P30D'.";

/** None of these is longer where it is right. */
const MAX_TEXT_LENGTH = 200;

/**
 * Input as the library reads it, then narrowed by `refine`, which throws for what is still wrong. Whatever is wrong is told
 * as `rule`, which may depend on the text: the library's own words name no way out, and not always where the fault stands,
 * without which no argument can be named.
 */
function refinedInput<Value>(
  scalar: GraphQLScalarType,
  rule: string | ((text: string) => string),
  refine: (value: unknown) => Value,
) {
  const read = (parse: () => unknown, given: unknown, nodes?: ValueNode) => {
    // What is as long as a whole body costs the readers milliseconds.
    const text = typeof given === 'string' && given.length <= MAX_TEXT_LENGTH ? given : '';
    const sentence = () => (typeof rule === 'string' ? rule : rule(text));
    if (typeof given === 'string' && text !== given) throw new GraphQLError(sentence(), { nodes });
    try {
      return refine(parse());
    } catch {
      throw new GraphQLError(sentence(), { nodes });
    }
  };
  return {
    parseValue: (value: unknown) => read(() => scalar.parseValue(value), value),
    parseLiteral: (node: ValueNode) =>
      read(() => scalar.parseLiteral(node, undefined), 'value' in node ? node.value : '', node),
  };
}

builder.scalarType('DateTime', {
  description:
    'A moment as RFC 3339 writes it, with `Z` or an offset. Given out in UTC with milliseconds: `2026-11-21T09:30:00.000Z`.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (ms) => new Date(ms).toISOString(),
  ...refinedInput(GraphQLDateTime, DATE_TIME_RULE, (date) => {
    const ms = date instanceof Date ? date.getTime() : Number.NaN;
    if (Number.isNaN(ms)) throw new TypeError(DATE_TIME_RULE);
    return ms;
  }),
});

builder.addScalarType('SafeInt', GraphQLSafeInt, {
  description: 'A whole number of at most 2^53 − 1 in size: counts pass 2^31.',
});

builder.scalarType('IP', {
  description:
    'An IPv4 or IPv6 address. In filters also a CIDR block, such as `10.0.0.0/8`, which stands for all its addresses.',
  serialize: (address) => address,
  ...refinedInput(GraphQLIP, IP_RULE, (value) => {
    const text = String(value);
    const known = text.includes('/') ? ipaddr.isValidCIDR(text) : ipaddr.isValid(text);
    // '010.0.0.1' is 8.0.0.1 to some readers and 10.0.0.1 to others.
    if (!known || /(^|\.)0\d/.test(text)) throw new TypeError(IP_RULE);
    return text;
  }),
});

builder.scalarType('Duration', {
  description:
    'A length of time as ISO 8601 writes it: `PT5M` is five minutes, `P7D` seven days, `P1M` a calendar month.',
  specifiedByURL: 'https://www.iso.org/standard/70907.html',
  serialize: (duration) => duration,
  ...refinedInput(GraphQLDuration, DURATION_RULE, (value) => {
    const text = String(value);
    // The library's grammar lets through what no calendar can add, such as half a day or mixed signs.
    Temporal.Duration.from(text);
    return text;
  }),
});

builder.scalarType('TimeZone', {
  description: 'A time zone by its IANA name, such as `UTC` or `Europe/Berlin`.',
  specifiedByURL: 'https://www.iana.org/time-zones',
  serialize: (zone) => zone,
  ...refinedInput(GraphQLTimeZone, explainTimeZone, (value) => {
    const text = String(value);
    if (/^[+-]/.test(text)) throw new TypeError('an offset');
    return text;
  }),
});
