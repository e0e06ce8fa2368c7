import { readFragment } from '../../generated/fragment-masking.ts';
import type { FragmentType } from '../../generated/fragment-masking.ts';
import { COVERAGE_FIELDS, worstStatus } from '../../parts/coverage.tsx';
import { useRange } from '../../state/use-range.ts';
import { writeSpan } from '../../time/words.ts';

/** Says that nothing is there, and whether that is certain. */
export function Nothing({
  what,
  coverage,
}: {
  readonly what: string;
  readonly coverage: readonly FragmentType<typeof COVERAGE_FIELDS>[];
}) {
  const { span, timeZone } = useRange();
  const worst = worstStatus(readFragment(COVERAGE_FIELDS, coverage));
  if (worst === 'FAILED')
    return (
      <div className="empty">
        <p>
          It is not known whether there were {what} in {writeSpan(span, timeZone)}, because the source failed.
        </p>
      </div>
    );
  const why =
    worst === 'EXPIRED'
      ? 'A part of this time is older than the vendor keeps, so there may have been some.'
      : worst === null || worst === 'COMPLETE' || worst === 'FILLING'
        ? 'Everything was read. Choose a longer range, or another one.'
        : 'Not everything could be read, so there may be some.';
  return (
    <div className="empty">
      <p>
        No {what} in {writeSpan(span, timeZone)}. {why}
      </p>
    </div>
  );
}
