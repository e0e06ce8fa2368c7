import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { Client, CombinedError } from 'urql';
import { createListClient } from '../graph/client.ts';
import { readWork } from '../graph/extensions.ts';
import type { Asked } from '../graph/use-panel-query.ts';
import type { TypedDocumentString } from '../generated/graphql.ts';
import { useRange } from '../state/use-range.ts';
import { createEndlessList } from './endless-list.ts';
import type { EndlessList, ListPage, ListState, PageReader } from './endless-list.ts';

/** One client for all pages of a list. It keeps no answers. */
const useListClient = (): Client => useMemo(createListClient, []);

/** The variables of a page beside those of the list. */
export interface PageVariables {
  readonly first: number;
  readonly after?: string | null | undefined;
}

/** A list of the graph: its document, and how to find its page in the answer. */
export interface ListQuestion<Data, Variables extends PageVariables, Row> {
  readonly document: TypedDocumentString<Data, Variables>;
  readonly variables: Omit<Variables, 'first' | 'after'>;
  /** null: the field has failed. */
  readonly readPage: (data: Data) => ListPage<Row> | null;
}

export interface UsedList<Row, Line> {
  readonly list: EndlessList<Row, Line, CombinedError>;
  readonly state: ListState<CombinedError>;
  /** The first question and the last one. */
  readonly asked: readonly Asked[];
}

/** Reads a list as far as the reader scrolls. Another question begins another list, and so does a refresh. */
export function useEndlessList<
  Data,
  Variables extends PageVariables,
  Row extends { readonly id: string },
  Line,
>(
  question: ListQuestion<Data, Variables, Row>,
  {
    pageSize,
    toLines,
    pause,
  }: {
    readonly pageSize: number;
    readonly toLines: (rows: readonly Row[], before: Row | null) => readonly Line[];
    readonly pause: boolean;
  },
): UsedList<Row, Line> {
  const client = useListClient();
  const { refreshCount } = useRange();
  const asked = useRef<Asked[]>([]);
  const latest = useRef({ question, toLines });
  latest.current = { question, toLines };
  const key = question.document.toString() + JSON.stringify(question.variables);
  const list = useMemo(() => {
    void [key, refreshCount];
    asked.current = [];
    return createEndlessList<Row, Line, CombinedError>({
      read: createReader(client, latest.current.question, (each) => {
        asked.current = [...asked.current.slice(0, 1), each];
      }),
      pageSize,
      idOf: ({ id }) => id,
      toLines: (rows, before) => latest.current.toLines(rows, before),
    });
  }, [client, key, refreshCount, pageSize]);
  useEffect(() => (pause ? undefined : list.start()), [list, pause]);
  const state = useSyncExternalStore(list.subscribe, list.state);
  return { list, state, asked: asked.current };
}

function createReader<Data, Variables extends PageVariables, Row>(
  client: Client,
  { document, variables, readPage }: ListQuestion<Data, Variables, Row>,
  note: (asked: Asked) => void,
): PageReader<Row, CombinedError> {
  return ({ after, first }, take) => {
    const startedMs = performance.now();
    const all = { ...variables, first, ...(after === null ? {} : { after }) };
    // To unsubscribe aborts the request, and with it the reading of the vendors.
    const { unsubscribe } = client
      .query<Data>(document.toString(), all, { requestPolicy: 'network-only' })
      .subscribe(({ data, error, extensions }) => {
        queueMicrotask(() => unsubscribe());
        note({
          document: document.toString(),
          variables: all,
          ms: Math.round(performance.now() - startedMs),
          work: readWork(extensions),
        });
        const page = data ? readPage(data) : null;
        if (page) take({ kind: 'page', page });
        else if (error) take({ kind: 'failed', failure: error });
      });
    return unsubscribe;
  };
}
