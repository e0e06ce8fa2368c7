import type { ReadingOn } from './use-read-on.ts';

/** Reads the rest of the range, or stops that. It stays one button, so that the focus does not get lost. */
export function ReadOnButton({
  readingOn: { status, rest, start, stop },
}: {
  readonly readingOn: ReadingOn;
}) {
  if (rest === null) return null;
  if (status === 'reading')
    return (
      <button type="button" className="button" onClick={stop}>
        Cancel
      </button>
    );
  return (
    <button type="button" className="button" data-main="" onClick={start}>
      {status === 'stopped' ? 'Go on' : 'Read the rest'}
    </button>
  );
}
