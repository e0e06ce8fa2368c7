import { RequestError } from '../../../base/request-error.ts';
import { UpstreamError } from '../../../base/upstream-error.ts';
import type { CoverageCode } from '../../walk/coverage.ts';

/** Why a series is missing, as coverage tells it. */
export interface SeriesFailure {
  readonly code: CoverageCode;
  readonly reason: string;
}

/**
 * What an error that stops one series, and only that one, is to the caller. `ended`: the caller's signal has been raised.
 * @throws the error itself where it is neither the vendor's, the budget's, nor the deadline's
 */
export function readSeriesFailure(error: unknown, ended: boolean): SeriesFailure {
  if (error instanceof UpstreamError) {
    const code = error.code === 'SOURCE_NOT_CONFIGURED' ? 'NOT_CONFIGURED' : 'UPSTREAM';
    return { code, reason: `${error.code}: ${error.message}` };
  }
  if (error instanceof RequestError && error.details.limit === 'maxUpstreamCalls') {
    return { code: 'CALL_BUDGET', reason: error.message };
  }
  if (ended) return { code: 'UPSTREAM', reason: 'The operation ended before the vendor answered.' };
  throw error;
}
