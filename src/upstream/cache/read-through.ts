import { scopedKey } from '../../base/credential-scope.ts';
import { RequestError, sourceNotConfigured, UpstreamError } from '../../base/errors.ts';
import type { UpstreamCode } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { Clock } from '../../base/time.ts';
import { encodeJson } from '../body.ts';
import type { Call, DecodedAnswer } from '../call.ts';
import { createSingleFlight } from '../single-flight.ts';
import type { Flight } from '../single-flight.ts';
import type {
  CallContext,
  SegmentsRequest,
  Upstream,
  UpstreamAnswer,
  UpstreamResponse,
} from '../upstream.ts';
import type { CachedAnswer } from './memory-tier.ts';
import type { CacheEntryKey, TwoTierCache } from './two-tier.ts';

export interface ReadThroughOptions {
  readonly source: Source;
  readonly clock: Clock;
  readonly answers: TwoTierCache;
  /** The way to the vendor behind cache and single flight. */
  readonly callVendor: (call: Call) => Promise<DecodedAnswer>;
}

// An answer that was right may stand in where the vendor is at fault, not where it has refused (any more) to give one.
const STALE_MAY_STAND_IN: ReadonlySet<UpstreamCode> = new Set([
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_RATE_LIMITED',
  'UPSTREAM_BAD_RESPONSE',
]);

/**
 * Reads what is kept, joins or begins one flight for the rest, keeps what that brings, and lets earlier answers stand in
 * where it fails.
 */
export function createReadThrough(options: ReadThroughOptions): Upstream['getSegments'] {
  const { source, clock, answers, callVendor } = options;
  const flights = createSingleFlight<DecodedAnswer>(clock);

  return async function getSegments<Value>(
    request: SegmentsRequest<Value>,
    context: CallContext,
  ): Promise<readonly UpstreamAnswer<Value>[]> {
    const { operation, path, segments } = request;
    const { credentials, maxAgeMs } = context;
    const fail = (code: UpstreamCode, message: string): UpstreamError =>
      new UpstreamError({ code, source, operation, message });
    if (!credentials) throw sourceNotConfigured(source, operation);
    const { scope } = credentials;
    const keyOf = (names: readonly string[]) => scopedKey(scope, source, operation, path, ...names);
    const entryKeys = segments.map(({ key, cache }, index): CacheEntryKey => ({
      scope,
      key: keyOf(key),
      cache,
      operation,
      decode: (response) => request.decode(response, index, index).segments[0]?.value,
    }));
    // One key has one decoder (see UpstreamRequest and AnswerSegment), so what is kept under it is of its type.
    const give = ({ value, readAtMs }: CachedAnswer, stale: boolean) => ({
      value: value as Value,
      readAtMs,
      stale,
    });

    const readFresh = () => entryKeys.map((entryKey) => answers.readFresh(entryKey, maxAgeMs));
    let kept = readFresh();
    const unread = entryKeys.filter(({ cache }, index) => kept[index] === null && cache.freshMs > 0);
    if (unread.length > 0 && maxAgeMs !== 0) {
      await answers.loadShared(unread);
      kept = readFresh();
    }
    // From here to the flight nothing is waited for, lest one that lands meanwhile is flown again.
    const first = kept.indexOf(null);
    const last = kept.lastIndexOf(null);
    if (first === -1) return kept.flatMap((answer) => (answer ? [give(answer, false)] : []));

    const readEarlier = (
      entryKey: CacheEntryKey,
      fallbackKeys: readonly (readonly string[])[],
    ): CachedAnswer | null => {
      for (const key of [entryKey.key, ...fallbackKeys.map(keyOf)]) {
        const earlier = answers.readStale({ ...entryKey, key });
        if (earlier) return earlier;
      }
      return null;
    };

    let isInitiator = false;
    const fetchMissing = async (flight: Flight): Promise<DecodedAnswer> => {
      isInitiator = true;
      const asked = {
        operation,
        path,
        query: request.query(first, last),
        decode: (response: UpstreamResponse) => request.decode(response, first, last),
      };
      const decoded = await callVendor({ request: asked, context, credentials, flight, attempts: 0 });
      const { readAtMs, answer } = decoded;
      for (const [index, { value, body, cache }] of decoded.segments.entries()) {
        const entryKey = entryKeys[first + index];
        if (!entryKey || kept[first + index]) continue;
        const held = body === undefined ? answer : { ...answer, body: Buffer.from(encodeJson(body)) };
        answers.write({ ...entryKey, cache: cache ?? entryKey.cache }, { value, readAtMs }, held);
      }
      return decoded;
    };
    try {
      const ends = first === last ? [first] : [first, last];
      const { segments: read, readAtMs } = await flights.join(
        keyOf(ends.flatMap((end) => segments[end]?.key ?? [])),
        {
          signal: context.signal,
          deadlineMs: context.deadlineMs,
          timedOut: () => fail('UPSTREAM_TIMEOUT', 'The vendor did not answer in time.'),
        },
        fetchMissing,
      );
      return kept.flatMap((answer, index) => {
        const segment = read[index - first];
        if (segment) return [give({ value: segment.value, readAtMs }, false)];
        return answer ? [give(answer, false)] : [];
      });
    } catch (reason) {
      // Another caller's call budget ended the flight that this one had joined.
      if (reason instanceof RequestError && !isInitiator) return getSegments(request, context);
      const mayStandIn = reason instanceof UpstreamError && STALE_MAY_STAND_IN.has(reason.code);
      if (!mayStandIn || maxAgeMs !== null) throw reason;
      const missing = entryKeys.filter((entryKey, index) => !kept[index] && !answers.readStale(entryKey));
      await answers.loadShared(missing);
      return entryKeys.map((entryKey, index) => {
        const fresh = kept[index];
        if (fresh) return give(fresh, false);
        const earlier = readEarlier(entryKey, segments[index]?.fallbackKeys ?? []);
        if (!earlier) throw reason;
        return give(earlier, true);
      });
    }
  };
}
