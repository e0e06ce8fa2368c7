import { LRUCache } from 'lru-cache';
import type { CredentialScope } from '../base/credential-scope.ts';
import type { Clock } from '../base/time.ts';
import { createBreaker, createManualBreaker } from './breaker.ts';
import type { Breaker, BreakerOptions, Report } from './breaker.ts';
import type { Outcome } from './call.ts';
import { createVendorHealth } from './health.ts';
import type { VendorHealth } from './health.ts';
import { createVendorPause } from './pause.ts';
import type { VendorPause } from './pause.ts';
import { createRetryBudget } from './retry-budget.ts';
import type { RetryBudget, RetryEarnings } from './retry-budget.ts';
import type { UpstreamHealth } from './upstream.ts';

/** What binds the calls of one tenant at the vendor. */
export interface Tenant extends Pick<Breaker, 'isOpen'> {
  /** How long the vendor must still be left alone, in milliseconds; 0: it may be asked. */
  pausedMs(): number;
  /** Asks to make one attempt; null: refused, at once. */
  permit(): Report | null;
  /** Whether `permit` would refuse now; takes nothing. */
  isRefusing(): boolean;
  /** An attempt has ended, and its report has been given. */
  note(outcome: Outcome): void;
  readonly retries: RetryBudget;
  /** With whom the tenant waits for a slot. */
  lane(): string;
}

/** The tenants of one vendor: whoever calls it with credentials of their own. */
export interface Tenants {
  of(scope: CredentialScope): Tenant;
  /** The vendor has answered a call with these credentials: they are not made up. */
  hasAnswered(scope: CredentialScope): boolean;
  /** As these credentials have met the vendor; where they have not, or null, as those have that it has answered before. */
  health(scope: CredentialScope | null): UpstreamHealth;
}

export interface TenantsOptions extends BreakerOptions, RetryEarnings {}

/** How many tenants are remembered; those that the vendor never answered can't push out the others. */
const MOST_ANSWERED = 10_000;
const MOST_UNANSWERED = 1_000;
/** A tenant whose latest call failed, or who was never answered, leaves the vendor's probe to the others for so long. */
const LATE_MS = 1_000;
/** All that the vendor never answered wait for slots as one. */
const UNANSWERED_LANE = 'unanswered';

/** One tenant alone: what it meets is what the vendor does. */
export function createSingleTenant(clock: Clock, options: TenantsOptions): Tenants {
  const { pause, breaker, retries, health } = createVendorState(clock, options);
  const tenant: Tenant = {
    ...breaker,
    pausedMs: pause.leftMs,
    note(outcome) {
      pause.ask(pauseIn(outcome));
      health.note(outcome);
    },
    retries,
    lane: () => '',
  };
  return {
    of: () => tenant,
    hasAnswered: () => true,
    health: () => health.read(breaker.isOpen() || pause.leftMs() > 0),
  };
}

/**
 * Many tenants. Breaker, pause and retries are each one's own. What binds all of them takes two whom the vendor has answered
 * before, and whom it fails without answering any such tenant in between: credentials that are made up bind nobody else, and
 * neither does one tenant alone.
 */
export function createManyTenants(clock: Clock, options: TenantsOptions): Tenants {
  const answered = new LRUCache<CredentialScope, Tenancy>({ max: MOST_ANSWERED });
  const unanswered = new LRUCache<CredentialScope, Tenancy>({ max: MOST_UNANSWERED });
  const breaker = createManualBreaker(clock, options.breakerOpenMs);
  const pause = createVendorPause(clock);
  const health = createVendorHealth(clock);
  const pools = {
    answered: createRetryBudget(clock, options),
    unanswered: createRetryBudget(clock, options),
  };
  const mostFaultsEach = Math.floor(options.breakerMinimum / 2);
  const faults = new Map<CredentialScope, number>();
  const pausedUntilMs = new Map<CredentialScope, number>();

  const noteFault = (scope: CredentialScope): void => {
    faults.set(scope, Math.min((faults.get(scope) ?? 0) + 1, mostFaultsEach));
    if ([...faults.values()].reduce((sum, count) => sum + count) < options.breakerMinimum) return;
    breaker.open();
    faults.clear();
  };
  const notePause = (scope: CredentialScope, forMs: number): void => {
    pausedUntilMs.set(scope, Math.max(pausedUntilMs.get(scope) ?? 0, clock.now() + forMs));
    // All are bound for as long as two would be: the shorter one of the longest two.
    const [, second, ...others] = [...pausedUntilMs].sort(([, a], [, b]) => b - a);
    for (const [other] of others) pausedUntilMs.delete(other);
    if (second) pause.ask(second[1] - clock.now());
  };

  const createTenancy = (scope: CredentialScope): Tenancy => {
    const own = createVendorState(clock, options);
    let isAnswered = false;
    const pool = (): RetryBudget => (isAnswered ? pools.answered : pools.unanswered);
    const lateMs = (): number => (isAnswered && own.health.read(false).healthy ? 0 : LATE_MS);
    const tenancy: Tenancy = {
      health: own.health,
      isOpen: () => own.breaker.isOpen() || breaker.isOpen(),
      pausedMs: () => Math.max(own.pause.leftMs(), pause.leftMs()),
      isRefusing: () => own.breaker.isRefusing() || breaker.isRefusing(lateMs()),
      permit() {
        const afterMs = lateMs();
        const reportOwn = own.breaker.permit();
        if (!reportOwn) return null;
        const reportAll = breaker.permit(afterMs);
        if (!reportAll) {
          reportOwn('unsent');
          return null;
        }
        return (verdict) => {
          reportOwn(verdict);
          reportAll(verdict);
          if (!isAnswered) return;
          if (verdict === 'fine') faults.clear();
          else if (verdict === 'fault' && !breaker.isOpen()) noteFault(scope);
        };
      },
      note(outcome) {
        if (outcome.kind === 'read' && outcome.decoded.answer.status === 200 && !isAnswered) {
          isAnswered = true;
          unanswered.delete(scope);
          answered.set(scope, tenancy);
        }
        const pauseMs = pauseIn(outcome);
        own.pause.ask(pauseMs);
        own.health.note(outcome);
        if (!isAnswered) return;
        health.note(outcome);
        if (outcome.kind === 'read') pausedUntilMs.clear();
        else if (pauseMs > 0) notePause(scope, pauseMs);
      },
      retries: {
        earn() {
          own.retries.earn();
          pool().earn();
        },
        take: () => own.retries.take() && pool().take(),
      },
      lane: () => (isAnswered ? scope : UNANSWERED_LANE),
    };
    return tenancy;
  };

  const find = (scope: CredentialScope): Tenancy | undefined => answered.get(scope) ?? unanswered.get(scope);
  return {
    of(scope) {
      const known = find(scope);
      if (known) return known;
      const tenancy = createTenancy(scope);
      unanswered.set(scope, tenancy);
      return tenancy;
    },
    hasAnswered: (scope) => answered.has(scope),
    health(scope) {
      const own = scope === null ? undefined : find(scope);
      const isSpared = breaker.isOpen() || pause.leftMs() > 0;
      const met = own?.health.read(own.isOpen() || own.pausedMs() > 0);
      return met && met.healthy !== null ? met : health.read(isSpared);
    },
  };
}

interface Tenancy extends Tenant {
  readonly health: VendorHealth;
}

/** What a tenant has met of the vendor. */
interface VendorState {
  readonly pause: VendorPause;
  readonly breaker: Breaker;
  readonly retries: RetryBudget;
  readonly health: VendorHealth;
}

function createVendorState(clock: Clock, options: TenantsOptions): VendorState {
  return {
    pause: createVendorPause(clock),
    breaker: createBreaker(clock, options),
    retries: createRetryBudget(clock, options),
    health: createVendorHealth(clock),
  };
}

/** How long the vendor asks to be left alone, in milliseconds; 0: it does not. */
function pauseIn(outcome: Outcome): number {
  return outcome.kind === 'failed' ? (outcome.error.retryAfterMs ?? 0) : 0;
}
