import { useState } from 'react';
import { useRange } from '../state/use-range.ts';
import { writeCount, writeShare, writeSpan, writeZone } from '../time/words.ts';
import type { DownloadState } from './download.ts';
import type { ExportQuestion } from './question.ts';
import { reachedMs } from './receipt.ts';
import { ReceiptWords } from './receipt-words.tsx';
import { canWriteToDisk } from './sink.ts';
import { useDownload } from './use-download.ts';

const FORMATS = [
  ['csv', 'CSV, for spreadsheets. Its receipt is shown here, and is a file of its own.'],
  ['ndjson', 'NDJSON, one JSON object a line. Its last line is its receipt.'],
  ['parquet', 'Parquet, with typed columns. Its receipt is inside. If it stops, it begins again.'],
] as const;

/** Which format and where to; then how far it is; then what the receipt says. */
export function ExportForm({
  list,
  range,
  filter,
  name,
}: Pick<ExportQuestion, 'list' | 'range' | 'filter'> & { readonly name: string }) {
  const { timeZone } = useRange();
  const { state, fault, file, start, pause, resume, discard } = useDownload();
  const [format, setFormat] = useState<ExportQuestion['format']>('csv');
  // The range is that of the press, however the page moves on.
  const [asked, setAsked] = useState(range);
  const span = { fromMs: Date.parse(asked.from), toMs: Date.parse(asked.to) };
  const begin = (toDisk: boolean): void => {
    setAsked(range);
    void start({ list, format, range, filter }, toDisk);
  };
  const conditions = Object.keys(filter).length;
  return (
    <div className="stack">
      <p>
        All {name} of {writeSpan(span, timeZone)} {writeZone(span.toMs, timeZone)}
        {conditions > 0 ? ' that meet the conditions of the page' : ''}, newest first, however many.
      </p>
      {(state === null || state.status === 'refused') && (
        <>
          <fieldset className="choices">
            <legend className="label">Format</legend>
            {FORMATS.map(([value, words]) => (
              <label key={value} className="choice">
                <input
                  type="radio"
                  name="format"
                  value={value}
                  checked={format === value}
                  onChange={() => setFormat(value)}
                />
                {words}
              </label>
            ))}
          </fieldset>
          <div className="row">
            <button type="button" className="button" data-main="" onClick={() => begin(false)}>
              Start
            </button>
            {canWriteToDisk() && (
              <button type="button" className="button" onClick={() => begin(true)}>
                Start, and write to a file as it comes
              </button>
            )}
          </div>
        </>
      )}
      {(fault !== null || state?.status === 'refused') && (
        <p className="notice" data-kind="error" role="alert">
          {fault ?? state?.words}
        </p>
      )}
      {state && state.status !== 'refused' && (
        <Progress state={state} file={file} span={span} pause={pause} resume={resume} discard={discard} />
      )}
    </div>
  );
}

function Progress({
  state,
  file,
  span,
  pause,
  resume,
  discard,
}: {
  readonly state: DownloadState;
  /** The name of the file; null: none was begun. */
  readonly file: string | null;
  readonly span: { readonly fromMs: number; readonly toMs: number };
  readonly pause: () => void;
  readonly resume: () => void;
  readonly discard: () => void;
}) {
  const { status, rows, bytes, place, words } = state;
  const reached = place && reachedMs(place);
  const done =
    status === 'done' ? 1 : reached === null ? null : (span.toMs - reached) / (span.toMs - span.fromMs);
  return (
    <>
      <div className="export-progress">
        <progress
          aria-label="Part of the range that was read"
          max={1}
          {...(done === null ? {} : { value: done })}
        />
        <p role="status">
          {writeCount(rows)} rows, {writeBytes(bytes)}
          {done === null || status === 'done' ? '' : `, ${writeShare(done)} of the range`}
          {status === 'paused'
            ? '. Stopped.'
            : status === 'checking'
              ? '. Checking the digest.'
              : status === 'done'
                ? '. The file is saved.'
                : '.'}
        </p>
      </div>
      {status === 'paused' && (
        <p className={words === '' ? 'muted' : 'notice'} data-kind={words === '' ? undefined : 'error'}>
          {words}{' '}
          {bytes > 0
            ? 'What came is kept, and it can go on where it stopped.'
            : 'Nothing is kept, so it begins again.'}
        </p>
      )}
      {state.receipt && file !== null && (
        <ReceiptWords receipt={state.receipt} isVerified={state.isVerified} file={file} />
      )}
      <div className="row">
        {status === 'running' && (
          <button type="button" className="button" onClick={pause}>
            Cancel
          </button>
        )}
        {status === 'paused' && (
          <button type="button" className="button" data-main="" onClick={resume}>
            {bytes > 0 ? 'Go on' : 'Begin again'}
          </button>
        )}
        {(status === 'paused' || status === 'done') && (
          <button type="button" className="button" onClick={discard}>
            {status === 'done' ? 'Another export' : 'Discard'}
          </button>
        )}
      </div>
    </>
  );
}

function writeBytes(bytes: number): string {
  if (bytes < 10_000) return `${writeCount(bytes)} bytes`;
  return bytes < 1_000_000 ? `${writeCount(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
