import type { RateVerdict } from './rate-verdict.ts';

/** Its name in the headers: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/ */
const POLICY = '"points"';

/** What a caller is told of its points: the standard headers, and how long to wait where there were too few. */
export function rateHeaders({
  isAllowed,
  remaining,
  fullInS,
  retryAfterS,
  policy,
}: RateVerdict): Record<string, string> {
  const windowS = Math.ceil(policy.capacity / policy.perSecond);
  return {
    ratelimit: `${POLICY};r=${remaining};t=${fullInS}`,
    'ratelimit-policy': `${POLICY};q=${policy.capacity};w=${windowS}`,
    ...(isAllowed ? {} : { 'retry-after': String(retryAfterS) }),
  };
}
