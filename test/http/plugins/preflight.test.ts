import { describe, expect, test } from 'vitest';
import { needsPreflight } from '../../../src/http/plugins/preflight.ts';

describe('needsPreflight', () => {
  test.each([
    [{}, true],
    [{ 'content-type': 'text/plain' }, true],
    [{ 'content-type': 'TEXT/PLAIN;charset=UTF-8' }, true],
    [{ 'content-type': 'application/x-www-form-urlencoded' }, true],
    [{ 'content-type': 'multipart/form-data; boundary=x' }, true],
    [{ 'content-type': 'application/json, text/plain' }, true],
    [{ 'content-type': 'text/plain; application/json' }, true],
    [{ 'content-type': 'nonsense' }, true],
    [{ 'content-type': '' }, true],
    [{ 'content-type': 'application/json' }, false],
    [{ 'content-type': 'application/json; charset=utf-8' }, false],
    [{ 'content-type': 'application/graphql' }, false],
    [{ 'graphql-require-preflight': '1' }, false],
    [{ 'graphql-require-preflight': '' }, true],
    [{ 'content-type': 'text/plain', 'apollo-require-preflight': 'true' }, false],
    [{ 'x-graphql-yoga-csrf': 'x' }, false],
    [{ 'x-something': 'x' }, true],
  ])('%j: %s', (headers, expected) => {
    expect(needsPreflight(new Headers(headers as Record<string, string>))).toBe(expected);
  });
});
