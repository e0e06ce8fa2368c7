import type { ExecutionResult } from 'graphql';
import { GraphQLError } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { RequestError } from '../../base/errors.ts';
import type { Clock } from '../../base/time.ts';
import { countRows } from '../../graph/cost/shape.ts';
import type { Timers } from '../../sources/live/timers.ts';
import { writeFrames } from '../event-stream.ts';
import type { StreamLimit } from '../limits/stream-limit.ts';
import { refuse } from '../mask-error.ts';
import { waitForProofEnd } from '../proof-end.ts';
import { takePoints } from './cost.ts';
import type { CostOptions } from './cost.ts';
import { listCodes } from './operation.ts';
import type { OperationContext, RequestContext } from './operation.ts';

export interface LiveOptions extends CostOptions {
  readonly streams: StreamLimit;
  /** For a stream that begins now: whether its client is told to come back when it ends. */
  readonly watchEnd: () => () => boolean;
  readonly clock: Clock;
  readonly timers: Timers;
}

const EVENT_STREAM = 'text/event-stream';

/** Bounds streams, counts their rows and points, and writes their frames. */
export function useLive(options: LiveOptions): Plugin<OperationContext, RequestContext> {
  const { streams, watchEnd, clock, timers } = options;
  return {
    onSubscribe({ args, setResultAndStopExecution }) {
      const { contextValue } = args;
      const { notes, operation, rateKey, request } = contextValue;
      if (!takesEvents(request.headers.get('accept'))) {
        setResultAndStopExecution({ errors: [WRONG_TYPE] });
        return undefined;
      }
      let release: () => void;
      try {
        release = streams.take(rateKey);
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        setResultAndStopExecution({ errors: [tooMany(error)] });
        return undefined;
      }
      notes.frames = operation.frames;
      let calls = 0;
      return {
        onSubscribeError: () => release(),
        onSubscribeResult({ result }) {
          if (!(Symbol.asyncIterator in result)) {
            release();
            return undefined;
          }
          if (operation.departure.aborted) release();
          else operation.departure.addEventListener('abort', release, { once: true });
          return {
            async onNext({ result: { data } }) {
              const { estimate } = notes;
              if (!estimate) return;
              notes.rows += countRows(estimate.shape, data);
              const cost = estimate.measure(data, notes.vendorCalls - calls);
              calls = notes.vendorCalls;
              // A caller without points goes on: the poller has made the calls already.
              await takePoints(options, operation, contextValue, { ...estimate, cost });
            },
            onEnd: () => release(),
          };
        },
      };
    },
    onResultProcess({ result, setResultProcessor, serverContext }) {
      if (!(Symbol.asyncIterator in result)) return;
      const { notes, caller } = serverContext;
      const { frames } = notes;
      if (!frames) return;
      setResultProcessor((stream, fetchAPI) => {
        notes.stream = writeFrames(stream as AsyncIterable<ExecutionResult>, {
          ids: frames,
          isClosing: watchEnd(),
          proofEnd: caller.endsAtMs === null ? null : waitForProofEnd(caller.endsAtMs, clock, timers),
          onErrors(errors) {
            notes.errors = [...new Set([...notes.errors, ...listCodes(errors)])];
          },
        });
        const headers = { 'content-type': `${EVENT_STREAM}; charset=utf-8`, 'x-accel-buffering': 'no' };
        return new fetchAPI.Response(null, { status: 200, headers });
      }, EVENT_STREAM);
    },
  };
}

function takesEvents(accept: string | null): boolean {
  return accept === null || /text\/event-stream|text\/\*|\*\/\*/i.test(accept);
}

const WRONG_TYPE = new GraphQLError(
  `A subscription is answered as a stream of events. Send accept: ${EVENT_STREAM}.`,
  { extensions: { code: 'BAD_REQUEST', http: { status: 406 } } },
);

function tooMany(error: RequestError): GraphQLError {
  const { message, extensions } = refuse(error);
  return new GraphQLError(message, { extensions: { ...extensions, http: { status: 429 } } });
}
