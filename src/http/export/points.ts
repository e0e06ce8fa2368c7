import { COST, HUNDREDTHS } from '../../graph/cost/shape.ts';
import { rateHeaders } from '../limits/rate-limit.ts';
import { refuseRate, takePoints } from '../plugins/cost.ts';
import type { RequestContext } from '../plugins/operation.ts';
import type { YogaOptions } from '../yoga.ts';
import type { PageReader } from './page-reader.ts';

/**
 * Takes the points of the first page. Further pages cost none, because the pace bounds them. The returned function gives back what its
 * calls did not need.
 * @throws GraphQLError `LIMIT_EXCEEDED` with HTTP 429
 */
export async function takeFirstPoints(
  options: YogaOptions,
  asked: RequestContext,
  reader: PageReader,
): Promise<() => void> {
  const { notes } = asked;
  const estimate = reader.estimate();
  notes.estimate = estimate;
  // The dearest operation that a caller may ask for always fits into the bucket.
  const cost = Math.min(estimate.cost, options.costLimits.maxCost);
  const verdict = await takePoints(options, reader.operation(), asked, { ...estimate, cost });
  if (!verdict) return () => {};
  notes.headers = rateHeaders(verdict);
  if (!verdict.isAllowed) throw refuseRate(verdict, { cost });
  return () => {
    const unused = (estimate.mostCalls - notes.vendorCalls) * (COST.call / HUNDREDTHS);
    verdict.giveBack(Math.min(cost, Math.max(0, unused)));
  };
}
