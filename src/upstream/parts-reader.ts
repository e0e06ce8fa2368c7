import type { Clock } from '../base/clock.ts';
import { scopedKey } from '../base/credential-scope.ts';
import { RequestError } from '../base/request-error.ts';
import type { Source } from '../base/source.ts';
import { UpstreamError } from '../base/upstream-error.ts';
import type { UpstreamCode } from '../base/upstream-error.ts';
import type { CachedAnswer } from './answer-cache.ts';
import type { AnswerSlot } from './answer-slot.ts';
import type { Call, Reading } from './call.ts';
import { encodeJson } from './encode-json.ts';
import type { KeptAnswers } from './kept-answers.ts';
import { createSingleFlight } from './single-flight.ts';
import type { Flight } from './single-flight.ts';
import type { CallContext, PartsRequest, Upstream, UpstreamAnswer, UpstreamResponse } from './upstream.ts';

export interface PartsReaderOptions {
  readonly source: Source;
  readonly clock: Clock;
  readonly answers: KeptAnswers;
  /** The way to the vendor behind cache and single flight. */
  readonly callVendor: (call: Call) => Promise<Reading>;
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
export function createPartsReader(options: PartsReaderOptions): Upstream['getParts'] {
  const { source, clock, answers, callVendor } = options;
  const flights = createSingleFlight<Reading>(clock);

  return async function getParts<Value>(
    request: PartsRequest<Value>,
    context: CallContext,
  ): Promise<readonly UpstreamAnswer<Value>[]> {
    const { operation, path, parts } = request;
    const { credentials, maxAgeMs } = context;
    const fail = (code: UpstreamCode, message: string): UpstreamError =>
      new UpstreamError({ code, source, operation, message });
    if (!credentials) throw fail('SOURCE_NOT_CONFIGURED', 'This source has no credentials.');
    const { scope } = credentials;
    const keyOf = (names: readonly string[]) => scopedKey(scope, source, operation, path, ...names);
    const slots = parts.map(({ key, cache }, index): AnswerSlot => ({
      scope,
      key: keyOf(key),
      cache,
      operation,
      decode: (response) => request.decode(response, index, index).parts[0]?.value,
    }));
    // One key has one decoder (see UpstreamRequest and AnswerPart), so what is kept under it is of its type.
    const give = ({ value, readAtMs }: CachedAnswer, stale: boolean) => ({
      value: value as Value,
      readAtMs,
      stale,
    });

    const readFresh = () => slots.map((slot) => answers.readFresh(slot, maxAgeMs));
    let kept = readFresh();
    const unread = slots.filter(({ cache }, index) => kept[index] === null && cache.freshMs > 0);
    if (unread.length > 0 && maxAgeMs !== 0) {
      await answers.recall(unread);
      kept = readFresh();
    }
    // From here to the flight nothing is waited for, lest one that lands meanwhile is flown again.
    const first = kept.indexOf(null);
    const last = kept.lastIndexOf(null);
    if (first === -1) return kept.flatMap((answer) => (answer ? [give(answer, false)] : []));

    const readEarlier = (slot: AnswerSlot, standIns: readonly (readonly string[])[]): CachedAnswer | null => {
      for (const key of [slot.key, ...standIns.map(keyOf)]) {
        const earlier = answers.readStale({ ...slot, key });
        if (earlier) return earlier;
      }
      return null;
    };

    let isInitiator = false;
    const fly = async (flight: Flight): Promise<Reading> => {
      isInitiator = true;
      const asked = {
        operation,
        path,
        query: request.query(first, last),
        decode: (response: UpstreamResponse) => request.decode(response, first, last),
      };
      const reading = await callVendor({ request: asked, context, credentials, flight, attempts: 0 });
      const { readAtMs, answer } = reading;
      for (const [index, { value, body, cache }] of reading.parts.entries()) {
        const slot = slots[first + index];
        if (!slot || kept[first + index]) continue;
        const held = body === undefined ? answer : { ...answer, body: Buffer.from(encodeJson(body)) };
        answers.write({ ...slot, cache: cache ?? slot.cache }, { value, readAtMs }, held);
      }
      return reading;
    };
    try {
      const ends = first === last ? [first] : [first, last];
      const { parts: read, readAtMs } = await flights.join(
        keyOf(ends.flatMap((end) => parts[end]?.key ?? [])),
        {
          signal: context.signal,
          deadlineMs: context.deadlineMs,
          timedOut: () => fail('UPSTREAM_TIMEOUT', 'The vendor did not answer in time.'),
        },
        fly,
      );
      return kept.flatMap((answer, index) => {
        const part = read[index - first];
        if (part) return [give({ value: part.value, readAtMs }, false)];
        return answer ? [give(answer, false)] : [];
      });
    } catch (reason) {
      // Another caller's call budget ended the flight that this one had joined.
      if (reason instanceof RequestError && !isInitiator) return getParts(request, context);
      const mayStandIn = reason instanceof UpstreamError && STALE_MAY_STAND_IN.has(reason.code);
      if (!mayStandIn || maxAgeMs !== null) throw reason;
      const missing = slots.filter((slot, index) => !kept[index] && !answers.readStale(slot));
      await answers.recall(missing);
      return slots.map((slot, index) => {
        const fresh = kept[index];
        if (fresh) return give(fresh, false);
        const earlier = readEarlier(slot, parts[index]?.standIns ?? []);
        if (!earlier) throw reason;
        return give(earlier, true);
      });
    }
  };
}
