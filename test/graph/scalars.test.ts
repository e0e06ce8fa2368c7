import * as fc from 'fast-check';
import { GraphQLScalarType, parseConstValue } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/graph/schema.ts';

function scalar(name: string): GraphQLScalarType {
  const type = schema.getType(name);
  if (!(type instanceof GraphQLScalarType)) throw new Error(`${name} is not a scalar`);
  return type;
}

/** The value of a text, the same for a variable and a literal. */
function read(name: string, text: string): unknown {
  const tries = [
    () => scalar(name).coerceInputValue(text),
    () => scalar(name).parseLiteral(parseConstValue(JSON.stringify(text)), undefined),
  ].map((attempt) => {
    try {
      return attempt();
    } catch {
      return 'refused';
    }
  });
  expect(tries[1]).toEqual(tries[0]);
  return tries[0];
}

const NINE = Date.parse('2026-11-21T09:00:00.000Z');

describe('DateTime', () => {
  test.each([
    ['2026-11-21T09:00:00Z', NINE],
    ['2026-11-21T09:00:00.000Z', NINE],
    ['2026-11-21T10:00:00+01:00', NINE],
    ['2026-11-21T04:30:00-04:30', NINE],
    ['2026-11-21T09:00:00.1239Z', NINE + 123],
    ['2026-11-21', 'refused'],
    ['2026-11-21T09:00:00', 'refused'],
    ['2026-02-30T09:00:00Z', 'refused'],
    ['2026-11-21T09:00:00|01:00', 'refused'],
    ['1795251600000', 'refused'],
    [`2026-11-21T09:00:00.${'0'.repeat(200)}Z`, 'refused'],
    ['', 'refused'],
  ])('reads %s as %s', (text, expected) => {
    expect(read('DateTime', text)).toBe(expected);
  });

  test('refuses numbers', () => {
    expect(() => scalar('DateTime').coerceInputValue(NINE)).toThrow('DateTime');
  });

  test('is written in UTC with milliseconds and Z, and reads what it writes', () => {
    const moment = fc.integer({
      min: Date.parse('0001-01-01T00:00:00Z'),
      max: Date.parse('9999-12-31T23:59:59Z'),
    });
    fc.assert(
      fc.property(moment, (ms) => {
        const text = scalar('DateTime').coerceOutputValue(ms);
        expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
        expect(read('DateTime', String(text))).toBe(ms);
      }),
    );
  });
});

describe('IP', () => {
  test.each([
    '10.0.0.1',
    '10.0.0.0/8',
    '0.0.0.0/0',
    '::1',
    '2001:db8::/32',
    '2001:db8::0',
    '::ffff:10.0.0.1',
  ])('reads %s', (text) => {
    expect(read('IP', text)).toBe(text);
  });
  test.each([
    '10.0.0',
    '10.0.0.256',
    '010.0.0.1',
    '::ffff:010.0.0.1',
    '::ffff:10.00.0.1',
    '10.0.0.0/33',
    '10.0.0.0/',
    '::g',
    'localhost',
    '10.0.0.1, 10.0.0.2',
    '',
  ])('refuses %j', (text) => {
    expect(read('IP', text)).toBe('refused');
  });
});

describe('Duration', () => {
  test.each(['PT5M', 'P7D', 'P1M', 'P1Y2M3DT4H5M6S', 'PT0.5S', '-P1D'])('reads %s', (text) => {
    expect(read('Duration', text)).toBe(text);
  });
  test.each(['P', 'PT', '5M', 'P0.5D', 'P-1D', 'one day', ''])('refuses %j', (text) => {
    expect(read('Duration', text)).toBe('refused');
  });
  test('refuses a bare word', () => {
    expect(() => scalar('Duration').parseLiteral(parseConstValue('P7D'), undefined)).toThrow(
      "such as 'PT5M'",
    );
  });
});

describe('TimeZone', () => {
  test.each(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/St_Johns'])('reads %s', (text) => {
    expect(read('TimeZone', text)).toBe(text);
  });
  test.each(['+01:00', 'Mars/Base', 'Europe', ''])('refuses %j', (text) => {
    expect(read('TimeZone', text)).toBe('refused');
  });
});

describe('SafeInt', () => {
  test('accepts 2^31 and refuses 2^53', () => {
    expect(scalar('SafeInt').coerceOutputValue(2 ** 31)).toBe(2 ** 31);
    expect(() => scalar('SafeInt').coerceOutputValue(2 ** 53)).toThrow('unsafe');
    expect(() => scalar('SafeInt').coerceOutputValue(0.5)).toThrow('non-integer');
  });
});

describe('a refusal', () => {
  test.each([
    ['DateTime', 'yesterday', '2026-11-21T09:30:00Z'],
    ['IP', '10.0.0', '192.0.2.7'],
    ['Duration', '30 days', 'P30D'],
    ['TimeZone', 'Berlin', /: 'Europe\/Berlin'\.$/],
    ['TimeZone', 'kolkata', /: 'Asia\/Kolkata'\.$/],
    ['TimeZone', 'New York', /: 'America\/New_York'\.$/],
    ['TimeZone', 'Mars', /such as 'UTC' or 'Europe\/Berlin'\.$/],
    ['TimeZone', '+02:00', /such as 'UTC' or 'Europe\/Berlin', not an offset\.$/],
    ['TimeZone', 'GMT+2', /not an offset\.$/],
  ])('of %s (%j) says what is accepted, for a value and for a literal', (name, text, way) => {
    expect(() => scalar(name).coerceInputValue(text)).toThrow(way);
    expect(() => scalar(name).parseLiteral(parseConstValue(`"${text}"`), undefined)).toThrow(way);
  });
});
