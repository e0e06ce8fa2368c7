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
import { formatInstant, Temporal } from '../base/time.ts';
import { builder } from './builder.ts';

const DATE_TIME_RULE =
  "DateTime must be an RFC 3339 time with 'Z' or an offset, such as '2026-11-21T09:30:00Z'.";
const IP_RULE = "IP must be an address or a CIDR block, such as '192.0.2.7' or '10.0.0.0/8'.";
const DURATION_RULE = "Duration must be an ISO 8601 duration, such as 'PT5M' or 'P30D'.";

builder.scalarType('DateTime', {
  description:
    'A time in RFC 3339 format, with `Z` or an offset. Answers are in UTC with milliseconds, such as `2026-11-21T09:30:00.000Z`.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: formatInstant,
  ...refinedInput(GraphQLDateTime, DATE_TIME_RULE, (date) => {
    const ms = date instanceof Date ? date.getTime() : Number.NaN;
    if (Number.isNaN(ms)) throw new TypeError('refused');
    return ms;
  }),
});

builder.addScalarType('SafeInt', GraphQLSafeInt, {
  description: 'A whole number between −(2^53 − 1) and 2^53 − 1. Counts can be larger than an `Int` holds.',
});

builder.scalarType('IP', {
  description:
    'An IPv4 or IPv6 address. In filters it may also be a CIDR block, such as `10.0.0.0/8`, which matches all its addresses.',
  serialize: (address) => address,
  ...refinedInput(GraphQLIP, IP_RULE, (value) => {
    const text = String(value);
    const isKnown = text.includes('/') ? ipaddr.isValidCIDR(text) : ipaddr.isValid(text);
    // Some parsers read '010.0.0.1' as 8.0.0.1, others as 10.0.0.1, so leading zeros are refused. IPv6 may end with IPv4.
    if (!isKnown || /(^|\.)0\d|:0\d+\./.test(text)) throw new TypeError('refused');
    return text;
  }),
});

builder.scalarType('Duration', {
  description:
    'A length of time in ISO 8601 format: `PT5M` is five minutes, `P7D` is seven days, `P1M` is one calendar month.',
  specifiedByURL: 'https://www.iso.org/standard/70907.html',
  serialize: (duration) => duration,
  ...refinedInput(GraphQLDuration, DURATION_RULE, (value) => {
    const text = String(value);
    // The library accepts durations that no calendar can add, such as half a day or mixed signs. Temporal refuses them.
    Temporal.Duration.from(text);
    return text;
  }),
});

builder.scalarType('TimeZone', {
  description: 'The IANA name of a time zone, such as `UTC` or `Europe/Berlin`.',
  specifiedByURL: 'https://www.iana.org/time-zones',
  serialize: (zone) => zone,
  ...refinedInput(GraphQLTimeZone, explainTimeZone, (value) => {
    const text = String(value);
    if (/^[+-]/.test(text)) throw new TypeError('refused');
    return text;
  }),
});

/** No valid value of these scalars is longer. */
const MAX_TEXT_LENGTH = 200;

/**
 * Input as the library reads it, then narrowed by `refine`, which throws if the value is still wrong. Every fault gets the
 * message `rule`, because the library's messages do not say what is accepted. Some of the library's errors also lack the node
 * of the document, which is needed to name the argument.
 */
function refinedInput<Value>(
  scalar: GraphQLScalarType,
  rule: string | ((text: string) => string),
  refine: (value: unknown) => Value,
) {
  const read = (parse: () => unknown, given: unknown, nodes?: ValueNode) => {
    // A text as long as a whole body would cost the parsers milliseconds, so they do not get it.
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

/** What is accepted in place of `text`: the full name, if `text` is only the last part of one. */
function explainTimeZone(text: string): string {
  if (/^(UTC|GMT)?[+-]/i.test(text))
    return "TimeZone must be an IANA time zone name, such as 'UTC' or 'Europe/Berlin', not an offset.";
  const zone = findZone(text);
  return zone === null
    ? "TimeZone must be an IANA time zone name, such as 'UTC' or 'Europe/Berlin'."
    : `TimeZone must be a full IANA time zone name: '${zone}'.`;
}

/** The first parts of IANA names. */
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
/** No place in an IANA name is longer. */
const PLACE = /^[A-Za-z][A-Za-z_ -]{1,39}$/;

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
