import type { Asked } from '../graph/use-panel-query.ts';
import { nameSource } from '../graph/failures.ts';
import { writeCount, writeMany } from '../time/words.ts';
import { Popup } from './popup.tsx';

/** What a panel asked: its vendor calls, its time, its cost, and its very query to open in GraphiQL. */
export function AskedNote({ asked }: { readonly asked: readonly Asked[] }) {
  return (
    <Popup title="What did it ask?" trigger="Asked">
      <div className="asked">
        <h3>What did it ask?</h3>
        {asked.map((each) => (
          <OneAsked key={each.document + JSON.stringify(each.variables)} asked={each} />
        ))}
      </div>
    </Popup>
  );
}

function OneAsked({ asked: { document, variables, ms, work } }: { readonly asked: Asked }) {
  const { vendorCalls, cost } = work;
  const name = /(?:query|subscription)\s+(\w+)/.exec(document)?.[1] ?? 'Query';
  const calls = vendorCalls?.reduce((sum, each) => sum + each.calls, 0);
  const href = `/graphql?${new URLSearchParams({ query: document, variables: JSON.stringify(variables, null, 2) })}`;
  return (
    <section>
      <p>
        <strong>{name}</strong> {ms === null ? '' : `answered in ${writeCount(ms)} ms`}
        {calls === undefined ? '' : `, with ${writeMany(calls, 'vendor call')}`}
        {cost ? `, for ${cost.actual} of ${cost.requested} points` : ''}.
      </p>
      {vendorCalls && vendorCalls.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Vendor operation</th>
              <th scope="col" className="number">
                Calls
              </th>
              <th scope="col" className="number">
                Rows
              </th>
            </tr>
          </thead>
          <tbody>
            {vendorCalls.map((each) => (
              <tr key={each.source + each.operation}>
                <td>
                  {nameSource(each.source)} <code>{each.operation}</code>
                </td>
                <td className="number">{each.calls}</td>
                <td className="number">{writeCount(each.rows)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <a href={href} target="_blank" rel="noreferrer">
        Open in GraphiQL
      </a>
    </section>
  );
}
