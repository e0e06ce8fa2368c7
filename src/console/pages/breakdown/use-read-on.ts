import { useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import type { Client, CombinedError } from 'urql';
import type { TypedDocumentString } from '../../generated/graphql.ts';
import { readWork } from '../../graph/extensions.ts';
import { useSettlesAfter } from '../../state/service.ts';
import { toRange } from '../../time/span.ts';
import type { Span } from '../../time/span.ts';
import { findRest, joinParts } from './read-on.ts';
import type { ReadGroups } from './read-on.ts';

/** How far a break-down was read behind the bound of its first question. */
export interface ReadingOn {
  readonly status: 'waiting' | 'reading' | 'stopped' | 'failed';
  /** How many questions were answered, the first one included. */
  readonly parts: number;
  /** Of the questions behind the first; null: the service does not tell this caller. */
  readonly vendorCalls: number | null;
  readonly error: CombinedError | undefined;
  /** What is left; null: nothing, or a question reads no further. */
  readonly rest: Span | null;
  readonly start: () => void;
  readonly stop: () => void;
}

interface Progress extends Pick<ReadingOn, 'status' | 'parts' | 'vendorCalls' | 'error'> {
  readonly groups: ReadGroups;
}

/** By question. A refresh has a client of its own, so that it begins anew, as the client's cache does. */
const KEPT = new WeakMap<Client, Map<string, Progress>>();

function keptOf(client: Client): Map<string, Progress> {
  const kept = KEPT.get(client) ?? new Map<string, Progress>();
  KEPT.set(client, kept);
  return kept;
}

/**
 * Reads the rest of a range in further questions, one after the other, if the reader wants it: each takes vendor calls. What
 * was read is kept, so that a reader who comes back finds it.
 */
export function useReadOn<Data, Variables extends object>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  first: ReadGroups | null,
  read: (data: Data) => ReadGroups | null,
): {
  readonly groups: ReadGroups | null;
  readonly readingOn: ReadingOn;
  /** Begins with the first question again: a part that failed is not read anew otherwise. */
  readonly forget: () => void;
} {
  const client = useClient();
  const settlesAfterMs = useSettlesAfter();
  const kept = keptOf(client);
  const key = `${document.toString()} ${JSON.stringify(variables)}`;
  const [, show] = useState<Progress | null>(null);
  const stopAsking = useRef<(() => void) | null>(null);
  useEffect(() => () => stopAsking.current?.(), [client, key]);
  const progress = kept.get(key) ?? null;
  const groups = progress?.groups ?? first;
  const rest = groups && findRest(groups);

  const ask = (before: Progress): void => {
    const next = findRest(before.groups);
    const set = (patch: Partial<Progress>): void => {
      const changed = { ...before, ...patch };
      kept.set(key, changed);
      show(changed);
    };
    if (!next) return set({ status: 'waiting' });
    set({ status: 'reading', error: undefined });
    let isOver = false;
    const end = (): void => {
      isOver = true;
      question?.unsubscribe();
    };
    stopAsking.current = () => {
      if (!isOver) set({ status: 'stopped' });
      end();
    };
    let question: { unsubscribe(): void } | null = null;
    question = client
      .query<Data>(document.toString(), { ...variables, range: toRange(next) })
      .subscribe(({ data, error, extensions }) => {
        if (isOver) return;
        end();
        const part = data ? read(data) : null;
        if (error || !part) return set({ status: 'failed', error });
        const calls = readWork(extensions).vendorCalls;
        ask({
          ...before,
          parts: before.parts + 1,
          vendorCalls: calls && (before.vendorCalls ?? 0) + calls.reduce((sum, each) => sum + each.calls, 0),
          groups: joinParts(before.groups, part, next, settlesAfterMs),
        });
      });
    // An answer of the cache comes before there is something to end.
    if (isOver) question.unsubscribe();
  };

  return {
    groups,
    readingOn: {
      ...(progress ?? { status: 'waiting', parts: 1, vendorCalls: null, error: undefined }),
      rest,
      start() {
        if (groups)
          ask(progress ?? { status: 'waiting', parts: 1, vendorCalls: null, error: undefined, groups });
      },
      stop: () => stopAsking.current?.(),
    },
    forget() {
      stopAsking.current?.();
      kept.delete(key);
      show(null);
    },
  };
}
