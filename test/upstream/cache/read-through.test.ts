import { describe, expect, test } from 'vitest';
import { UpstreamError } from '../../../src/base/errors.ts';
import { Secret } from '../../../src/base/secret.ts';
import type { TransportAnswer } from '../../../src/upstream/transport.ts';
import type { CachePolicy, CallContext, SegmentsRequest } from '../../../src/upstream/upstream.ts';
import { createMemoryStore } from '../../support/memory-store.ts';
import {
  contextOf,
  createFakeTransport,
  createSimulatedTime,
  createTestUpstream,
  credentialsOf,
  jsonAnswer,
} from '../../support/upstream-fixtures.ts';

// A vendor that answers `?from=b&to=d` with the letters b, c and d, each read a different number of times.

const ALPHABET = Array.from('abcdefghij');
const LONG = { freshMs: 60_000, staleIfErrorMs: 600_000 };
const SHORT = { freshMs: 1_000, staleIfErrorMs: 600_000 };
const DOWN: TransportAnswer = { status: 400, headers: {}, body: Buffer.alloc(0) };

interface Letter {
  readonly letter: string;
  readonly reading: number;
}

/** The letters of a text, one per segment. If the text ends with `!`, the last one has the short policy. */
function requestOf(text: string, cache?: CachePolicy): SegmentsRequest<Letter> {
  const letters = Array.from(text.replace('!', ''));
  const isLive = text.endsWith('!');
  return {
    operation: '/letters',
    path: '/letters',
    segments: letters.map((letter, index) => ({
      key: [letter],
      cache: isLive && index === letters.length - 1 ? SHORT : LONG,
    })),
    query: (first, last) => [
      ['from', letters[first] ?? ''],
      ['to', letters[last] ?? ''],
    ],
    decode(response, first, last) {
      const body = response.status === 200 ? (response.body as Letter[]) : [];
      const decoded = letters
        .slice(first, last + 1)
        .map((letter) => body.filter((entry) => entry.letter === letter))
        .map((entries) => ({
          value: entries[0] ?? { letter: '?', reading: 0 },
          body: entries,
          ...(cache && { cache }),
        }));
      return { segments: decoded, rows: body.length };
    },
  };
}

function createLetters(answer?: () => TransportAnswer | null, store = createMemoryStore()) {
  const time = createSimulatedTime();
  const readings = new Map<string, number>();
  const create = () => {
    const transport = createFakeTransport(({ target }) => {
      const other = answer?.();
      if (other) return other;
      const { from = '', to = '' } = Object.fromEntries(new URL(target, 'http://x').searchParams);
      const asked = ALPHABET.slice(ALPHABET.indexOf(from), ALPHABET.indexOf(to) + 1);
      for (const letter of asked) readings.set(letter, (readings.get(letter) ?? 0) + 1);
      return jsonAnswer(asked.map((letter) => ({ letter, reading: readings.get(letter) })));
    });
    const upstream = createTestUpstream({
      clock: time.clock,
      wait: time.wait,
      transport,
      shared: { store, secret: new Secret('a secret of tests') },
    });
    const ask = (segments: SegmentsRequest<Letter>, context: Partial<CallContext>) =>
      upstream.getSegments(segments, contextOf({ deadlineMs: time.clock.now() + 5_000, ...context }));
    return {
      async origins(text: string) {
        return (await ask(requestOf(text), {})).map(({ origin }) => origin);
      },
      /** `a1 b1*`: each letter, how often it was read, and `*` if it is stale. */
      async read(text: string, context: Partial<CallContext> = {}, segments = requestOf(text)) {
        const answers = await ask(segments, context);
        return answers.map(({ value, stale }) => value.letter + value.reading + (stale ? '*' : '')).join(' ');
      },
      /** What has been asked for, as `b-d`. */
      asked: () =>
        transport.requests.map(({ target }) => {
          const { from, to } = Object.fromEntries(new URL(target, 'http://x').searchParams);
          return `${from}-${to}`;
        }),
    };
  };
  return { time, one: create(), two: create() };
}

describe('segments', () => {
  test('are read by one call, from the first to the last that is not cached', async () => {
    const { one } = createLetters();
    expect(await one.read('cd')).toBe('c1 d1');
    expect(await one.read('abcd')).toBe('a1 b1 c1 d1');
    expect(await one.read('cdef')).toBe('c1 d1 e1 f1');
    expect(one.asked()).toEqual(['c-d', 'a-b', 'e-f']);
  });

  test('between them that are cached are read again to save a call, and keep their cached values', async () => {
    const { one } = createLetters();
    await one.read('bc');
    expect(await one.read('abcd')).toBe('a1 b2 c2 d1');
    expect(await one.read('bc')).toBe('b1 c1');
    expect(one.asked()).toEqual(['b-c', 'a-d']);
  });

  test('tell whether they came from the vendor, shared calls included, or from a cache, also as stale answers', async () => {
    let isDown = false;
    const { time, one, two } = createLetters(() => (isDown ? { ...DOWN, status: 503 } : null));
    expect(await Promise.all([one.origins('ab'), one.origins('ab')])).toEqual([
      ['VENDOR', 'VENDOR'],
      ['VENDOR', 'VENDOR'],
    ]);
    expect(one.asked()).toEqual(['a-b']);
    expect(await one.origins('abc')).toEqual(['CACHE', 'CACHE', 'VENDOR']);
    expect(await two.origins('bc')).toEqual(['CACHE', 'CACHE']);
    time.advance(60_001);
    isDown = true;
    expect(await one.read('ab')).toBe('a1* b1*');
    expect(await one.origins('ab')).toEqual(['CACHE', 'CACHE']);
  });

  test('cost no call if all are cached, from any calls', async () => {
    const { one } = createLetters();
    await one.read('abc');
    await one.read('def');
    expect(await one.read('bcde')).toBe('b1 c1 d1 e1');
    expect(one.asked()).toHaveLength(2);
  });

  test('have their own ages', async () => {
    const { time, one } = createLetters();
    await one.read('abc!');
    time.advance(1_000);
    expect(await one.read('abc!')).toBe('a1 b1 c2');
    time.advance(59_000);
    expect(await one.read('abc!')).toBe('a2 b2 c3');
    expect(one.asked()).toEqual(['a-c', 'c-c', 'a-c']);
  });

  test('are cached for a shorter time if the answer says so', async () => {
    const { time, one } = createLetters();
    expect(await one.read('ab', {}, requestOf('ab', { freshMs: 500, staleIfErrorMs: 0 }))).toBe('a1 b1');
    time.advance(499);
    expect(await one.read('ab')).toBe('a1 b1');
    time.advance(1);
    expect(await one.read('ab', {}, requestOf('ab', { freshMs: 0, staleIfErrorMs: 0 }))).toBe('a2 b2');
    expect(await one.read('ab')).toBe('a3 b3');
  });

  test("are read again if they are older than the caller's maximum age", async () => {
    const { time, one } = createLetters();
    await one.read('ab');
    time.advance(500);
    await one.read('c');
    expect(await one.read('abc', { maxAgeMs: 499 })).toBe('a2 b2 c1');
    expect(await one.read('abc', { maxAgeMs: 0 })).toBe('a3 b3 c2');
  });

  test('that are asked for a thousand times at once make one call', async () => {
    const { one } = createLetters();
    const all = await Promise.all(Array.from({ length: 1_000 }, () => one.read('abc!')));
    expect(new Set(all)).toEqual(new Set(['a1 b1 c1']));
    expect(one.asked()).toEqual(['a-c']);
  });

  test('of two questions at once make two calls, unless both lack the same segments', async () => {
    const { one } = createLetters();
    const all = await Promise.all(['ab', 'abc', 'bc', 'abc', 'b'].map((text) => one.read(text)));
    expect(all.map((text) => text.replaceAll(/\d/g, ''))).toEqual(['a b', 'a b c', 'b c', 'a b c', 'b']);
    expect(one.asked().toSorted()).toEqual(['a-b', 'a-c', 'b-b', 'b-c']);
  });

  test('of one tenant are not given to another', async () => {
    const { one } = createLetters();
    await one.read('abc');
    expect(await one.read('abc', { credentials: credentialsOf('User two') })).toBe('a2 b2 c2');
  });

  test('without rows are cached as empty', async () => {
    const { one } = createLetters(() => jsonAnswer(null, 404));
    expect(await one.read('ab')).toBe('?0 ?0');
    expect(await one.read('ab')).toBe('?0 ?0');
    expect(one.asked()).toHaveLength(1);
  });
});

describe('segments that another instance has read', () => {
  test('need no call, with any other segments', async () => {
    const { one, two } = createLetters();
    await one.read('abcd');
    await one.read('ef');
    expect(await two.read('bcde')).toBe('b1 c1 d1 e1');
    expect(await two.read('fg')).toBe('f1 g1');
    expect(two.asked()).toEqual(['g-g']);
  });
});

describe('if the vendor fails', () => {
  const isBadResponse = (error: unknown) =>
    error instanceof UpstreamError && error.code === 'UPSTREAM_BAD_RESPONSE';

  function createFailing() {
    let answer: TransportAnswer | null = null;
    const letters = createLetters(() => answer);
    return {
      ...letters,
      fail: (how: TransportAnswer = { ...DOWN, status: 302 }) => {
        answer = how;
      },
    };
  }

  test('cached segments are served stale beside fresh ones', async () => {
    const { time, one, fail } = createFailing();
    await one.read('abc!');
    time.advance(1_000);
    fail();
    expect(await one.read('abc!')).toBe('a1 b1 c1*');
  });

  test('an earlier segment of another instance is served stale as well', async () => {
    const { time, one, two, fail } = createFailing();
    await one.read('abc!');
    time.advance(1_000);
    fail();
    expect(await two.read('abc!')).toBe('a1 b1 c1*');
  });

  test('the first cached fallback key is served stale for its segment', async () => {
    const { time, one, fail } = createFailing();
    await one.read('abc!');
    time.advance(1_000);
    fail();
    const segments = requestOf('abcd!');
    const fallbackKeys = [['d'], ['c'], ['b']];
    const withFallbackKeys = {
      ...segments,
      segments: segments.segments.map((segment) => ({ ...segment, fallbackKeys })),
    };
    expect(await one.read('', {}, withFallbackKeys)).toBe('a1 b1 c1* c1*');
  });

  test('one segment that was never read fails the whole request', async () => {
    const { time, one, fail } = createFailing();
    await one.read('abc!');
    time.advance(1_000);
    fail();
    await expect(one.read('abcd')).rejects.toSatisfy(isBadResponse);
  });

  test('a refusal fails the request, whatever is cached', async () => {
    const { time, one, fail } = createFailing();
    await one.read('abc!');
    time.advance(1_000);
    fail(DOWN);
    await expect(one.read('abc!')).rejects.toMatchObject({ code: 'UPSTREAM_REJECTED' });
  });

  test('a caller with a maximum age gets the failure', async () => {
    const { time, one, fail } = createFailing();
    await one.read('abc!');
    time.advance(1_000);
    fail();
    await expect(one.read('abc!', { maxAgeMs: 60_000 })).rejects.toSatisfy(isBadResponse);
  });
});
