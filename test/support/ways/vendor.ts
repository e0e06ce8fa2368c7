import { SOURCES } from '../../../src/base/source.ts';
import type { Source } from '../../../src/base/source.ts';
import type { Transport } from '../../../src/upstream/transport.ts';
import { createDice, hashText } from '../fuzz/dice.ts';
import { answerEvents } from '../fuzz/events-vendor.ts';
import { drawFault, spoil } from '../fuzz/faults.ts';
import type { Scene } from '../fuzz/scene.ts';
import { answerUsage } from '../fuzz/usage-vendor.ts';

/** Both vendors in memory. Two of them with the same seed and rows answer, fail and wait alike. */
export interface TwinVendor {
  readonly transports: Readonly<Record<Source, Transport>>;
  /** Each call since the last `takeCalls`: its source, target and authorization. */
  takeCalls(): readonly string[];
  /** The number of these calls. */
  calls(): number;
  /** The answers spoilt so far. */
  faults(): number;
  /** Calls that are not answered yet. */
  pending(): number;
  setFaultShare(share: number): void;
  /** `call` is called with the number of each call since the last `takeCalls`. */
  onCall(call: ((count: number) => void) | null): void;
}

/**
 * The seed, the target, and how often it has been called decide whether an answer is spoilt and how long it takes. The order of
 * calls decides nothing.
 */
export function createTwinVendor(
  { log, usage, events }: Pick<Scene, 'log' | 'usage' | 'events'>,
  seed: number,
  now: () => number,
): TwinVendor {
  const asked = new Map<string, number>();
  let calls: string[] = [];
  let faults = 0;
  let pending = 0;
  let faultShare = 0;
  let onCall: ((count: number) => void) | null = null;

  const answer = (source: Source, target: string) => {
    const { pathname, searchParams } = new URL(target, 'http://vendor.test');
    const path = pathname.replace('/base', '');
    return source === 'USAGE'
      ? answerUsage(log.rows, usage, { path, query: searchParams }, now()).answer
      : answerEvents(log.rows, events, searchParams, now()).answer;
  };

  const createTransport = (source: Source): Transport => ({
    async get({ target, authorization }) {
      const name = `${source} ${target}`;
      const times = asked.get(name) ?? 0;
      asked.set(name, times + 1);
      calls.push(`${name} ${authorization ?? ''}`);
      onCall?.(calls.length);
      const dice = createDice(hashText(`${seed} ${name} ${times}`));
      pending += 1;
      try {
        // Timers of one length fire in the order in which they are set; those of `setImmediate` would come between them.
        for (let wait = dice.pick([0, 0, 0, 1, 2]); wait > 0; wait -= 1)
          await new Promise((resolve) => setTimeout(resolve, 1));
        for (let turn = dice.int(0, 6); turn > 0; turn -= 1) await null;
      } finally {
        pending -= 1;
      }
      const right = answer(source, target);
      if (!dice.chance(faultShare)) return right;
      faults += 1;
      return spoil(drawFault(dice, right), right, dice);
    },
    close: async () => {},
  });

  return {
    transports: Object.fromEntries(SOURCES.map((source) => [source, createTransport(source)])) as Record<
      Source,
      Transport
    >,
    takeCalls() {
      const taken = calls;
      calls = [];
      return taken;
    },
    calls: () => calls.length,
    faults: () => faults,
    pending: () => pending,
    setFaultShare: (share) => void (faultShare = share),
    onCall: (call) => void (onCall = call),
  };
}

/**
 * Waits for what goes on after an answer: calls of fields that an error made null. Between a failed call and its retry there is
 * one timer, so it is over if no call began or was pending for longer.
 */
export async function becomeIdle(vendor: TwinVendor): Promise<void> {
  let known = -1;
  for (let quiet = 0; quiet < 3; quiet += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setImmediate(resolve));
    if (vendor.pending() > 0 || vendor.calls() !== known) quiet = -1;
    known = vendor.calls();
  }
}
