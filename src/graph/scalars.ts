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
import { Temporal } from '../base/temporal.ts';
import { builder } from './builder.ts';

/** Input as the library reads it, then narrowed by `refine`, which throws for what is still wrong. */
function refinedInput<Value>(scalar: GraphQLScalarType, refine: (value: unknown) => Value) {
  return {
    parseValue: (value: unknown) => refine(scalar.parseValue(value)),
    parseLiteral(node: ValueNode) {
      try {
        return refine(scalar.parseLiteral(node, undefined));
      } catch (error) {
        // Some of the library's scalars do not say where the fault stands, and without its place no argument can be named.
        if (error instanceof GraphQLError && !error.nodes)
          throw new GraphQLError(error.message, { nodes: node });
        throw error;
      }
    },
  };
}

builder.scalarType('DateTime', {
  description:
    'A moment as RFC 3339 writes it, with `Z` or an offset. Given out in UTC with milliseconds: `2026-11-21T09:30:00.000Z`.',
  specifiedByURL: 'https://scalars.graphql.org/andimarek/date-time.html',
  serialize: (ms) => new Date(ms).toISOString(),
  ...refinedInput(GraphQLDateTime, (date) => {
    const ms = date instanceof Date ? date.getTime() : Number.NaN;
    if (Number.isNaN(ms)) throw new TypeError('DateTime must be a moment as RFC 3339 writes it.');
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
  ...refinedInput(GraphQLIP, (value) => {
    const text = String(value);
    const known = text.includes('/') ? ipaddr.isValidCIDR(text) : ipaddr.isValid(text);
    // '010.0.0.1' is 8.0.0.1 to some readers and 10.0.0.1 to others.
    if (!known || /(^|\.)0\d/.test(text)) throw new TypeError('IP must be an address or a CIDR block.');
    return text;
  }),
});

builder.scalarType('Duration', {
  description:
    'A length of time as ISO 8601 writes it: `PT5M` is five minutes, `P7D` seven days, `P1M` a calendar month.',
  specifiedByURL: 'https://www.iso.org/standard/70907.html',
  serialize: (duration) => duration,
  ...refinedInput(GraphQLDuration, (value) => {
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
  ...refinedInput(GraphQLTimeZone, (value) => {
    const text = String(value);
    if (/^[+-]/.test(text)) throw new TypeError('TimeZone must be an IANA name, not an offset.');
    return text;
  }),
});
