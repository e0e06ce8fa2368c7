import { STATE_WORDS } from './bucket.ts';
import type { BucketState } from './bucket.ts';
import { Swatch } from './legend.tsx';
import type { Reading } from './reading.ts';

/** The figures of the bucket under the pointer or the cursor. The chart itself announces them, so this is for the eye. */
export function ChartTip({
  place,
  width,
  title,
  readings,
  picked,
  states,
}: {
  readonly place: number;
  readonly width: number;
  readonly title: string;
  readonly readings: readonly Reading[];
  /** The key of the part that the keys have picked. */
  readonly picked: string | undefined;
  readonly states: readonly BucketState[];
}) {
  const isRight = place > width / 2;
  return (
    <div
      className="chart-tip"
      aria-hidden="true"
      style={isRight ? { right: width - place + 8 } : { left: place + 16 }}
    >
      <strong>{title}</strong>
      <table>
        <tbody>
          {readings.map(({ key, name, text, fill }) => (
            <tr key={key} data-picked={key === picked ? '' : undefined}>
              <td>{fill && <Swatch fill={fill} />}</td>
              <td>{name}</td>
              <td className="number">{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {states.map((state) => (
        <span key={state} className="muted">
          {STATE_WORDS[state]}
        </span>
      ))}
    </div>
  );
}
