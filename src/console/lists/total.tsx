import { useState } from 'react';
import type { CountAccuracy } from '../generated/graphql.ts';
import { readFailures } from '../graph/failures.ts';
import { usePanelQuery } from '../graph/use-panel-query.ts';
import type { TypedDocumentString } from '../generated/graphql.ts';
import { writeCount } from '../time/words.ts';

/** How a list counts all of its rows. */
export interface TotalQuestion<Data, Variables extends object> {
  readonly document: TypedDocumentString<Data, Variables>;
  readonly variables: Variables;
  /** null: no honest figure exists. */
  readonly readTotal: (data: Data) => { readonly value: number; readonly accuracy: CountAccuracy } | null;
}

const WORDS: Readonly<Record<CountAccuracy, string>> = {
  EXACT: 'exactly',
  ESTIMATE: 'about',
  AT_LEAST: 'at least',
};

/** The number of all rows, with how exact it is. It may need vendor calls, so it is asked only when the reader wants it. */
export function Total<Data, Variables extends object>({
  question: { document, variables, readTotal },
  what,
}: {
  readonly question: TotalQuestion<Data, Variables>;
  readonly what: string;
}) {
  const key = JSON.stringify(variables);
  const [wanted, setWanted] = useState<string | null>(null);
  const { data, error, fetching } = usePanelQuery(document, variables, { pause: wanted !== key });
  if (wanted !== key)
    return (
      <button type="button" className="button" data-quiet="" onClick={() => setWanted(key)}>
        Count
      </button>
    );
  const [failure] = readFailures(error);
  const total = data && readTotal(data);
  return (
    <span className="total" role="status">
      {fetching
        ? 'Counting…'
        : failure
          ? failure.message
          : total
            ? `${WORDS[total.accuracy]} ${writeCount(total.value)} ${what}`
            : 'They can’t be counted'}
    </span>
  );
}
