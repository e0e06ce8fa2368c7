import { readChannel } from '../../base/channels.ts';
import type { CacheVerdict } from '../../base/channels.ts';
import { scopedKey } from '../../base/credential-scope.ts';
import type { ScopedKey } from '../../base/credential-scope.ts';
import { RequestError, sourceNotConfigured, UpstreamError } from '../../base/errors.ts';
import type { UpstreamCode } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { Clock } from '../../base/time.ts';
import { encodeJson } from '../body.ts';
import { createSingleFlight } from '../single-flight.ts';
import type { Waiters } from '../single-flight.ts';
import type {
  AnswerOrigin,
  Call,
  CallContext,
  DecodedAnswer,
  SegmentsRequest,
  Upstream,
  UpstreamAnswer,
  UpstreamResponse,
} from '../upstream.ts';
import type { CachedAnswer } from './memory-tier.ts';
import type { CacheEntry, TwoTierCache } from './two-tier.ts';

export interface ReadThroughOptions {
  readonly source: Source;
  readonly clock: Clock;
  readonly cache: TwoTierCache;
  /** The way to the vendor, behind cache and single flight. */
  readonly callVendor: (call: Call) => Promise<DecodedAnswer>;
}

/** Stale answers are served after these failures. After a refusal they are not, because access may have been withdrawn. */
const STALE_AFTER: ReadonlySet<UpstreamCode> = new Set([
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_RATE_LIMITED',
  'UPSTREAM_BAD_RESPONSE',
]);

/**
 * Reads segments from the cache, and those that are missing with one call that equal questions share. Caches what the call
 * brought. If it fails, serves stale segments.
 */
export function createReadThrough(options: ReadThroughOptions): Upstream['getSegments'] {
  const { source, clock, cache, callVendor } = options;
  const singleFlight = createSingleFlight<DecodedAnswer>(clock);

  return async function getSegments<Value>(
    request: SegmentsRequest<Value>,
    context: CallContext,
  ): Promise<readonly UpstreamAnswer<Value>[]> {
    const { operation, path, segments } = request;
    const { credentials, deadlineMs, maxAgeMs, isReadOnce = false } = context;
    const fail = (code: UpstreamCode, message: string): UpstreamError =>
      new UpstreamError({ code, source, operation, message });
    if (!credentials) throw sourceNotConfigured(source, operation);
    const { scope } = credentials;
    const publish = (verdict: CacheVerdict): void => {
      if (readChannel.hasSubscribers) readChannel.publish({ source, operation, verdict });
    };
    const keyOf = (parts: readonly string[]): ScopedKey =>
      scopedKey(scope, source, operation, path, ...parts);
    const entries = segments.map(({ key, cache: policy }, index): CacheEntry => ({
      scope,
      key: keyOf(key),
      policy,
      operation,
      decode: (response) => request.decode(response, index, index).segments[0]?.value,
    }));
    // One key has one decoder (see UpstreamRequest and AnswerSegment), so its cached value has this type.
    const toAnswer = (
      { value, readAtMs }: CachedAnswer,
      origin: AnswerOrigin,
      stale = false,
    ): UpstreamAnswer<Value> => ({ value: value as Value, readAtMs, stale, origin });

    const readFresh = () => entries.map((entry) => cache.readFresh(entry, maxAgeMs));
    let fresh = readFresh();
    if (cache.loadShared && maxAgeMs !== 0) {
      const notInMemory = entries.filter(({ policy }, index) => fresh[index] === null && policy.freshMs > 0);
      if (notInMemory.length > 0) {
        await cache.loadShared(notInMemory);
        fresh = readFresh();
      }
    }
    // Nothing is awaited from here until `join`. Otherwise a call could end meanwhile, and would be made twice.
    const first = fresh.indexOf(null);
    const last = fresh.lastIndexOf(null);
    if (first === -1) {
      publish('hit');
      return fresh.flatMap((answer) => (answer ? [toAnswer(answer, 'CACHE')] : []));
    }

    let hasCalled = false;
    const fetchMissing = async (waiters: Waiters): Promise<DecodedAnswer> => {
      hasCalled = true;
      const verdict = maxAgeMs === 0 ? 'bypass' : 'miss';
      publish(verdict);
      const asked = {
        operation,
        path,
        query: request.query(first, last),
        decode: (response: UpstreamResponse) => request.decode(response, first, last),
      };
      const decoded = await callVendor({
        request: asked,
        context,
        credentials,
        waiters,
        verdict,
        attempts: 0,
        waitingSinceMs: clock.now(),
      });
      if (isReadOnce) return decoded;
      const { readAtMs, answer } = decoded;
      for (const [index, segment] of decoded.segments.entries()) {
        const { value, cache: ownPolicy } = segment;
        const entry = entries[first + index];
        // A segment between two missing ones may have a fresh entry, which stays.
        if (!entry || fresh[first + index]) continue;
        cache.write(
          { ...entry, policy: ownPolicy ?? entry.policy },
          { value, readAtMs },
          {
            bytes: Math.ceil(answer.body.length / decoded.segments.length),
            answer() {
              const { body } = segment;
              return body === undefined ? answer : { ...answer, body: Buffer.from(encodeJson(body)) };
            },
          },
        );
      }
      return decoded;
    };
    const findStale = (entry: CacheEntry, index: number): CachedAnswer | null => {
      const fallbackKeys = segments[index]?.fallbackKeys ?? [];
      for (const key of [entry.key, ...fallbackKeys.map(keyOf)]) {
        const answer = cache.readStale({ ...entry, key });
        if (answer) return answer;
      }
      return null;
    };

    const callKey =
      first === last ? entries[first]!.key : keyOf([first, last].flatMap((end) => segments[end]?.key ?? []));
    const timedOut = () => fail('UPSTREAM_TIMEOUT', 'The vendor did not answer in time.');
    try {
      const waiter = { signal: context.signal, deadlineMs, timedOut };
      const read = await singleFlight.join(callKey, waiter, fetchMissing);
      if (!hasCalled) publish('joined');
      return fresh.flatMap((cached, index) => {
        // The call also brings cached segments that lie between missing ones. All that it brings is given out.
        const segment = index < first ? undefined : read.segments[index - first];
        if (segment) return [toAnswer({ value: segment.value, readAtMs: read.readAtMs }, 'VENDOR')];
        return cached ? [toAnswer(cached, 'CACHE')] : [];
      });
    } catch (reason) {
      // The call that this caller had joined ended because of another caller's call budget.
      if (reason instanceof RequestError && !hasCalled) return getSegments(request, context);
      const mayBeStale = reason instanceof UpstreamError && STALE_AFTER.has(reason.code);
      if (!mayBeStale || maxAgeMs !== null) throw reason;
      await cache.loadShared?.(entries.filter((entry, index) => !fresh[index] && !cache.readStale(entry)));
      const answers = entries.map((entry, index) => {
        const cached = fresh[index];
        if (cached) return toAnswer(cached, 'CACHE');
        const stale = findStale(entry, index);
        if (!stale) throw reason;
        return toAnswer(stale, 'CACHE', true);
      });
      publish('stale');
      return answers;
    }
  };
}
