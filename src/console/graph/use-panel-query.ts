import { useEffect, useRef, useState } from 'react';
import { useQuery } from 'urql';
import type { CombinedError } from 'urql';
import type { TypedDocumentString } from '../generated/graphql.ts';
import { readWork } from './extensions.ts';
import type { Work } from './extensions.ts';

/** One question of a panel, with what it took to answer it. */
export interface Asked {
  readonly document: string;
  readonly variables: object;
  /** From the question to its answer, in milliseconds; null: not answered yet. */
  readonly ms: number | null;
  readonly work: Work;
}

export interface PanelAnswer<Data> {
  readonly data: Data | undefined;
  readonly error: CombinedError | undefined;
  readonly fetching: boolean;
  readonly asked: Asked;
  /** Asks again, past the cache. */
  readonly retry: () => void;
}

/** Asks one question for a panel. The answer of the same question is kept until the range is refreshed. */
export function usePanelQuery<Data, Variables extends object>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  { pause = false }: { readonly pause?: boolean } = {},
): PanelAnswer<Data> {
  const [{ data, error, fetching, extensions }, execute] = useQuery<Data>({
    // urql knows a document of its own kind or plain text.
    query: document.toString(),
    variables: { ...variables },
    pause,
  });
  const startedMs = useRef(0);
  const [ms, setMs] = useState<number | null>(null);
  useEffect(() => {
    if (fetching) {
      startedMs.current = performance.now();
      setMs(null);
    } else if (startedMs.current > 0) setMs(Math.round(performance.now() - startedMs.current));
  }, [fetching]);
  return {
    data,
    error,
    fetching,
    asked: { document: document.toString(), variables, ms, work: readWork(extensions) },
    retry: () => execute({ requestPolicy: 'network-only' }),
  };
}
