import { describe, expect, test } from 'vitest';
import type { AbortSignalLike } from '../../src/base/abort.ts';
import { UpstreamError } from '../../src/base/errors.ts';
import { TransportFailure } from '../../src/upstream/transport.ts';
import { credentialsOf, jsonAnswer, requestOf } from '../support/upstream-fixtures.ts';
import { createRig, outcomeOf, settle } from './upstream-rig.ts';

describe('errors', () => {
  test.each([
    [301, 'UPSTREAM_BAD_RESPONSE'],
    [400, 'UPSTREAM_REJECTED'],
    [401, 'UPSTREAM_UNAUTHENTICATED'],
    [403, 'UPSTREAM_FORBIDDEN'],
    [409, 'UPSTREAM_REJECTED'],
    [429, 'UPSTREAM_RATE_LIMITED'],
    [500, 'UPSTREAM_UNAVAILABLE'],
    [503, 'UPSTREAM_UNAVAILABLE'],
  ])("status %d is %s, with the vendor's request id and none of its text", async (status, code) => {
    const { upstream, context } = createRig(() =>
      jsonAnswer({ requestId: '5f3e.a-1', message: 'canary' }, status),
    );
    const reason = await upstream.get(requestOf(), context()).catch((error: unknown) => error);
    expect(reason).toMatchObject({
      code,
      status,
      source: 'USAGE',
      operation: '/usage',
      ...(status >= 400 && { requestId: '5f3e.a-1' }),
    });
    expect(String(reason) + JSON.stringify(reason)).not.toContain('canary');
  });

  test.each([7, null, 'a b', 'x'.repeat(65), '<script>', { a: 1 }])(
    'a request id of another form is left out: %j',
    async (requestId) => {
      const { upstream, context } = createRig(() => jsonAnswer({ requestId }, 400));
      const reason = await upstream.get(requestOf(), context()).catch((error: unknown) => error);
      expect(reason).toMatchObject({ code: 'UPSTREAM_REJECTED', requestId: undefined });
    },
  );

  test.each(['cut', 'timeout', 'too-large', 'unreadable'] as const)(
    'if the body of a refusal is %s, its status still decides',
    async (fault) => {
      const broken = (status: number, headers = {}) =>
        Promise.reject(new TransportFailure(fault, status, undefined, headers));
      const failing = createRig((_, attempt) =>
        attempt < 3 ? broken(500) : broken(503, { 'retry-after': '9999' }),
      );
      await expect(failing.upstream.get(requestOf(), failing.context())).rejects.toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
        status: 503,
        retryAfterMs: 60_000,
      });
      expect(failing.transport.requests).toHaveLength(3);
      expect(await outcomeOf(failing.upstream.get(requestOf(), failing.context()))).toBe(
        'UPSTREAM_RATE_LIMITED',
      );

      const dead = createRig(() => broken(500));
      for (let call = 0; call < 20; call += 1)
        expect(await outcomeOf(dead.upstream.get(requestOf(), dead.context()))).toBe('UPSTREAM_UNAVAILABLE');
      expect(dead.transport.requests).toHaveLength(10);

      const refusing = createRig(() => broken(403));
      expect(await outcomeOf(refusing.upstream.get(requestOf(), refusing.context()))).toBe(
        'UPSTREAM_FORBIDDEN',
      );
      expect(refusing.transport.requests).toHaveLength(1);
    },
  );

  test('a 404 with a broken body is a bad response', async () => {
    const { upstream, context } = createRig(() => Promise.reject(new TransportFailure('unreadable', 404)));
    expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('UPSTREAM_BAD_RESPONSE');
  });

  test.each([
    ['a page of a gateway', '<html>', 'text/html; charset=utf-8'],
    ['a page without a type', '\n<!doctype html>', undefined],
    ['text of the type text/html', 'Not Found', 'text/html'],
  ])('a 404 with %s is a bad response', async (_name, text, type) => {
    const { upstream, context } = createRig(() => ({
      status: 404,
      headers: type === undefined ? {} : { 'content-type': type },
      body: Buffer.from(text),
    }));
    await expect(upstream.get(requestOf(), context())).rejects.toMatchObject({
      code: 'UPSTREAM_BAD_RESPONSE',
      status: 404,
    });
    expect(upstream.health(null).healthy).toBe(false);
  });

  test.each([
    ['no body', '', 'text/html'],
    ['text', 'no such record', 'text/plain'],
    ['text without a type', 'Not Found', undefined],
    ['half an object', '{"message":', 'application/json'],
  ])('a 404 with %s is a usable answer', async (_name, text, type) => {
    const { upstream, context } = createRig(() => ({
      status: 404,
      headers: type === undefined ? {} : { 'content-type': type },
      body: Buffer.from(text),
    }));
    expect((await upstream.get(requestOf(), context())).value).toBeNull();
  });

  test.each([
    ['User canary-user, Organization canary-org', 'canary-user'],
    ['User canary-user, Organization canary-org', 'x:canary-org:1'],
    ['Bearer canary.token', Buffer.from('canary.token').toString('base64url')],
    ['Bearer canary.token', Buffer.from('Bearer canary.token').toString('base64url')],
    ['Bearer canary.token', Buffer.from('canary.token').toString('hex').toUpperCase()],
    [`Bearer ${'canary'.repeat(20)}`, 'canary'.repeat(10)],
    ['canary-alone', 'canary-alone'],
    ['User canary-user, Organization canary-org', 'req-CANARY-U-7'],
    // A secret this short is only found as part of the whole header.
    ['Bearer abc', Buffer.from('Bearer abc').toString('hex')],
  ])(
    'a request id is left out if it contains a part of the header %s: %s',
    async (authorization, requestId) => {
      const { upstream, context } = createRig(() => jsonAnswer({ requestId }, 400));
      const asked = upstream.get(requestOf(), context({ credentials: credentialsOf(authorization) }));
      await expect(asked).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED', requestId: undefined });
    },
  );

  test("a request id that only shares a scheme's name with the credentials is given", async () => {
    const { upstream, context } = createRig(() => jsonAnswer({ requestId: 'UserService-1' }, 400));
    const asked = upstream.get(requestOf(), context({ credentials: credentialsOf('User canary-user') }));
    await expect(asked).rejects.toMatchObject({ requestId: 'UserService-1' });
  });

  test('a 404 is a usable answer', async () => {
    const { upstream, context } = createRig(() => jsonAnswer({ message: 'none' }, 404));
    expect((await upstream.get(requestOf(), context())).value).toBeNull();
    expect(upstream.health(null).healthy).toBe(true);
  });

  test.each(['text/html', 'application/xml', 'image/png', 'application/jsonp'])(
    'an answer of type %s is not parsed',
    async (type) => {
      const { upstream, context } = createRig(() => jsonAnswer([1], 200, { 'content-type': type }));
      expect(await outcomeOf(upstream.get(requestOf(), context()))).toBe('UPSTREAM_BAD_RESPONSE');
    },
  );

  test('an UpstreamError of the decoder is passed on unchanged', async () => {
    const own = new UpstreamError({
      code: 'UPSTREAM_OUT_OF_ORDER',
      source: 'USAGE',
      operation: '/usage',
      message: 'x',
    });
    const { upstream, context } = createRig(() => jsonAnswer([1]));
    const request = requestOf({
      decode: () => {
        throw own;
      },
    });
    await expect(upstream.get(request, context())).rejects.toBe(own);
  });

  test('a caller who leaves gets its own reason, and the attempt is aborted', async () => {
    let seen: AbortSignalLike | undefined;
    const { upstream, context } = createRig(({ signal }) => {
      seen = signal;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    const caller = new AbortController();
    const waiting = upstream.get(requestOf(), context({ signal: caller.signal }));
    await settle();
    caller.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    expect(seen?.aborted).toBe(true);
    expect(upstream.health(null).healthy).toBeNull();
  });
});
