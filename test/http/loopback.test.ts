import { describe, expect, test } from 'vitest';
import { isLoopbackAddress, isLoopbackHost, readHostHeader } from '../../src/http/loopback.ts';

describe('isLoopbackHost', () => {
  test.each([
    '127.0.0.1',
    '127.8.9.10',
    '::1',
    '[::1]',
    '::ffff:127.0.0.1',
    'localhost',
    'LOCALHOST',
    'app.localhost',
  ])('%s is this machine', (host) => expect(isLoopbackHost(host)).toBe(true));

  test.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '128.0.0.1',
    '::ffff:10.0.0.1',
    'example.org',
    'localhost.example.org',
    '127.0.0.1.example.org',
    '',
  ])("'%s' is not", (host) => expect(isLoopbackHost(host)).toBe(false));

  test('a name is not an address', () => expect(isLoopbackAddress('localhost')).toBe(false));
});

describe('readHostHeader', () => {
  test.each([
    ['localhost:4000', 'localhost'],
    ['127.0.0.1', '127.0.0.1'],
    ['[::1]:4000', '[::1]'],
    [undefined, null],
    ['', null],
    ['localhost:4000@evil.example', null],
    ['localhost:x', null],
    ['localhost:65536', null],
    ['[', null],
    ['[::1', null],
    ['[::1]]', null],
    ['a b', null],
    ['a/b', null],
    ['1.2.3.999', null],
    ['a_b.example:1', 'a_b.example'],
  ])('%s: %s', (header, host) => expect(readHostHeader(header)).toBe(host));
});
