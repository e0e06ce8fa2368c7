import { RequestError } from '../../base/request-error.ts';
import { Temporal } from '../../base/temporal.ts';
import type { CorrelationBasis } from '../../sources/timeline/correlation.ts';
import { refuseMasked } from '../masking.ts';
import type { Viewer } from '../viewer.ts';

/** The longest `within`, in milliseconds. */
const MAX_WITHIN_MS = 86_400_000;

/**
 * `within` in milliseconds, rounded down; a day is 24 hours here.
 * @throws RequestError `BAD_USER_INPUT` for less than a millisecond, `LIMIT_EXCEEDED` for more than a day
 */
export function readWithin(within: string): number {
  const { years, months, weeks, days, hours, minutes, seconds, milliseconds, microseconds, sign } =
    Temporal.Duration.from(within);
  const exactMs =
    (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000 + milliseconds + microseconds / 1000;
  // A week, and all that only a calendar could measure, is longer than a day.
  const withinMs = years + months + weeks > 0 ? Infinity : Math.floor(exactMs);
  if (sign <= 0 || withinMs < 1) {
    throw new RequestError('BAD_USER_INPUT', "'within' must be at least a millisecond, such as PT5M.", {
      argument: 'within',
    });
  }
  if (withinMs > MAX_WITHIN_MS) {
    throw new RequestError(
      'LIMIT_EXCEEDED',
      "'within' may be at most PT24H to either side. For longer stretches, ask 'timeline' by address.",
      { argument: 'within', limit: 'maxWithinMs', allowed: MAX_WITHIN_MS },
    );
  }
  return withinMs;
}

/**
 * What to relate by.
 * @throws RequestError `BAD_USER_INPUT` for an empty list, `FORBIDDEN` for an address that the viewer may not see
 */
export function readBases(by: readonly CorrelationBasis[], viewer: Viewer): ReadonlySet<CorrelationBasis> {
  if (by.length === 0) {
    throw new RequestError('BAD_USER_INPUT', "'by' must hold IP, TIME or both.", { argument: 'by' });
  }
  if (by.includes('IP')) refuseMasked(viewer, 'IP_ADDRESS', 'by');
  return new Set(by);
}
