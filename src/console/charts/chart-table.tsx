import { useRange } from '../state/use-range.ts';
import { writeBucket, writeZone } from '../time/words.ts';
import { STATE_WORDS } from './bucket.ts';
import type { ChartBucket } from './bucket.ts';
import type { Reading } from './reading.ts';

/** The figures of a chart as a table. The time of each row opens its rows. */
export function ChartTable({
  label,
  buckets,
  readings,
  opens,
  onOpen,
}: {
  readonly label: string;
  readonly buckets: readonly ChartBucket[];
  readonly readings: (at: number) => readonly Reading[];
  readonly opens: string;
  readonly onOpen: (at: number) => void;
}) {
  const { interval, timeZone, span } = useRange();
  const hasStates = buckets.some(({ states }) => states.length > 0);
  return (
    <div className="chart-table" tabIndex={0} role="region" aria-label={`${label}, as a table`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Time ({writeZone(span.toMs, timeZone)})</th>
            {buckets.length > 0 &&
              readings(0).map(({ key, name }) => (
                <th key={key} scope="col" className="number">
                  {name}
                </th>
              ))}
            {hasStates && <th scope="col">State</th>}
          </tr>
        </thead>
        <tbody>
          {buckets.map((bucket, at) => (
            <tr key={bucket.fromMs}>
              <th scope="row">
                <button type="button" className="link" onClick={() => onOpen(at)} title={`Open ${opens}`}>
                  {writeBucket(bucket.fromMs, interval, timeZone)}
                </button>
              </th>
              {readings(at).map(({ key, text }) => (
                <td key={key} className="number">
                  {text}
                </td>
              ))}
              {hasStates && <td>{bucket.states.map((state) => STATE_WORDS[state]).join(', ')}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
