import type { Clock } from '../base/clock.ts';

/** A vendor that has asked to be left alone is left alone by every call, not only by the one that was told. */
export interface VendorRest {
  /** How long it still rests, in milliseconds; 0: it may be asked. */
  leftMs(): number;
  /** The vendor asked for this long, in milliseconds. A shorter wish never cuts a longer rest. */
  ask(forMs: number): void;
}

/** A vendor that is awake. */
export function createVendorRest(clock: Clock): VendorRest {
  let untilMs = -Infinity;
  return {
    leftMs: () => Math.max(0, untilMs - clock.now()),
    ask(forMs) {
      untilMs = Math.max(untilMs, clock.now() + forMs);
    },
  };
}
