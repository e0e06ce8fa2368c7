import { Failures } from '../../parts/failures.tsx';
import { useService } from '../../state/service.ts';
import { useRange } from '../../state/use-range.ts';
import { writeCount, writeInstant } from '../../time/words.ts';
import { ReadOnButton } from './read-on-button.tsx';
import type { ReadingOn } from './use-read-on.ts';

/** What of the range was not read, and how to read it; then how far that is. */
export function RestNote({
  readingOn,
  isLowerBound,
  hasOthers,
  what,
}: {
  readonly readingOn: ReadingOn;
  /** Something is unread. */
  readonly isLowerBound: boolean;
  /** Not every group is shown, so that one that is shown of one part may be among the others of another. */
  readonly hasOthers: boolean;
  readonly what: string;
}) {
  const { status, parts, vendorCalls, error, rest, start } = readingOn;
  const { span, timeZone } = useRange();
  const { service } = useService();
  if (!isLowerBound)
    return parts > 1 ? (
      <p className="notice" role="status">
        All of it, read in {writeCount(parts)} parts
        {vendorCalls === null ? '' : `, with ${writeCount(vendorCalls)} further vendor calls`}. The p95 of a
        group in several parts does not follow from theirs, so only that of each bar is shown.
        {hasOthers ? ' Counts are lower bounds (≥), because a group may be among the others of a part.' : ''}
      </p>
    ) : null;
  const back = rest && writeInstant(rest.toMs, timeZone);
  return (
    <>
      <div className="notice" data-kind="error" role="status">
        <p>
          {back === null
            ? `Not everything was read, so counts are lower bounds (≥), and times are those of the ${what} that were read. Choose a shorter range, or add a condition.`
            : status === 'reading'
              ? `Reading on: read back to ${back}.`
              : `Read back to ${back} only, because one question reads ${writeCount(service.limits.maxScannedRows)} rows at most. So counts are lower bounds (≥), and times are those of the ${what} that were read.`}
          {service.archive === null ? ' An archive counts all rows at once (SIGHTLINE_ARCHIVE).' : ''}
        </p>
        {rest !== null && status === 'reading' && (
          <progress
            aria-label="Part of the range that was read"
            max={1}
            value={(span.toMs - rest.toMs) / (span.toMs - span.fromMs)}
          />
        )}
        <ReadOnButton readingOn={readingOn} />
      </div>
      {status === 'failed' && <Failures error={error} retry={start} />}
    </>
  );
}
