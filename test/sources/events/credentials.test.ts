import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import {
  createEventsCredentials,
  decodeEventsAuthorization,
} from '../../../src/sources/events/credentials.ts';
import type { EventsSecrets } from '../../../src/sources/events/credentials.ts';
import type { TransportPost } from '../../../src/upstream/transport.ts';
import { createJwt } from '../../support/jwt.ts';
import { createSimulatedTime, jsonAnswer } from '../../support/upstream-fixtures.ts';

const signal = new AbortController().signal;
const key = new Secret('key');
const never = () => {
  throw new Error('nothing is to be exchanged');
};

const login = (password = 'pass', url = 'https://login.example/v1/authenticate'): EventsSecrets => ({
  kind: 'exchange',
  username: new Secret('ada'),
  password: new Secret(password),
  url,
  fields: { username: 'username', password: 'password', token: 'token' },
});

describe('decodeEventsAuthorization', () => {
  test("a token is sent as it was given, and the scheme in the vendor's spelling", async () => {
    const token = fc.stringMatching(/^[A-Za-z0-9._~+/-]{1,200}={0,2}$/);
    await fc.assert(
      fc.asyncProperty(token, fc.constantFrom('Bearer', 'bearer', 'BEARER'), async (text, scheme) => {
        const secrets = decodeEventsAuthorization(`${scheme} ${text}`);
        if (!secrets) throw new Error('it was not understood');
        const credentials = createEventsCredentials(key, secrets, never);
        expect((await credentials.authorization(signal)).reveal()).toBe(`Bearer ${text}`);
      }),
    );
  });

  test('2,000 other texts are refused, or have exactly the form', () => {
    const piece = fc.constantFrom('Bearer ', 'Basic ', 'a', '=', '.', ',', ' ', '\r\n', 'é', '\0', '"');
    const any = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(any, (text) => {
        if (decodeEventsAuthorization(text)) expect(text).toMatch(/^Bearer [A-Za-z0-9._~+/=-]+$/i);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    '',
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer a, Bearer b',
    'Bearer a\r\nx: y',
    'Bearer a\n',
    'a.b.c',
    'Basic YTpi',
  ])('%j is refused', (text) => {
    expect(decodeEventsAuthorization(text)).toBeNull();
  });
});

describe('exchanged credentials', () => {
  function createRig() {
    const posts: TransportPost[] = [];
    const time = createSimulatedTime();
    const exchange = {
      clock: time.clock,
      timeoutMs: 300,
      transport: {
        async post(request: TransportPost) {
          posts.push(request);
          return jsonAnswer({ token: createJwt({ sub: posts.length }) });
        },
        close: async () => {},
      },
    };
    return {
      posts,
      time,
      create: (secrets: EventsSecrets) => createEventsCredentials(key, secrets, () => exchange),
    };
  }

  test('are sent to the path of the configured URL, and keep their scope when renewed', async () => {
    const { posts, time, create } = createRig();
    const credentials = create(login());
    const { scope } = credentials;
    const first = (await credentials.authorization(signal)).reveal();
    time.advance(15 * 60_000);
    const second = (await credentials.authorization(signal)).reveal();
    expect(second).not.toBe(first);
    expect(credentials.scope).toBe(scope);
    expect(posts.map(({ target }) => target)).toEqual(['/v1/authenticate', '/v1/authenticate']);
    expect(create(login()).scope).toBe(scope);
  });

  test('a URL without a path means the root', async () => {
    const { posts, create } = createRig();
    await create(login('pass', 'https://login.example')).authorization(signal);
    expect(posts[0]?.target).toBe('/');
  });

  test('another password, or a token with the same letters, has another scope', () => {
    const { create } = createRig();
    const token = (text: string): EventsSecrets => ({ kind: 'token', token: new Secret(text) });
    const all = [login(), login('other'), token('ada'), token('pass'), token('adapass')];
    expect(new Set(all.map((secrets) => create(secrets).scope)).size).toBe(all.length);
  });
});
