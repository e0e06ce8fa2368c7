import type { Clock } from '../base/time.ts';
import type { Outcome } from './call.ts';
import type { UpstreamHealth } from './upstream.ts';

/** What a vendor's answers have told of it. */
export interface VendorHealth {
  /** An attempt has ended. */
  note(outcome: Outcome): void;
  /** `isSpared`: the breaker is open, or the vendor rests. */
  read(isSpared: boolean): UpstreamHealth;
}

/**
 * The latest attempt that says something about the vendor decides. A 4xx does not: it is about one request or one set of
 * credentials, and one tenant's wrong password must not make a vendor look ill to the others.
 */
export function createVendorHealth(clock: Clock): VendorHealth {
  let healthy: boolean | null = null;
  let lastSuccessAtMs: number | null = null;
  return {
    note(outcome) {
      if (outcome.kind === 'read') {
        healthy = true;
        lastSuccessAtMs = clock.now();
      } else if (outcome.verdict === 'fault' || outcome.error.code === 'UPSTREAM_BAD_RESPONSE')
        healthy = false;
    },
    read: (isSpared) => ({ healthy: isSpared ? false : healthy, lastSuccessAtMs }),
  };
}
