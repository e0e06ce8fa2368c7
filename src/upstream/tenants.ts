import { LRUCache } from 'lru-cache';
import type { Clock } from '../base/clock.ts';
import type { CredentialScope } from '../base/credential-scope.ts';
import { createBreaker } from './breaker.ts';
import type { BreakerOptions } from './breaker.ts';
import type { Outcome } from './call.ts';
import { createCircuit } from './circuit.ts';
import type { Circuit, Report } from './circuit.ts';
import { createRetryBudget } from './retry-budget.ts';
import type { RetryBudget, RetryEarnings } from './retry-budget.ts';
import type { UpstreamHealth } from './upstream.ts';
import { createVendorHealth } from './vendor-health.ts';
import type { VendorHealth } from './vendor-health.ts';
import { createVendorRest } from './vendor-rest.ts';
import type { VendorRest } from './vendor-rest.ts';

/** What binds the calls of one tenant at the vendor. */
export interface Tenant extends Pick<Circuit, 'isOpen'> {
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
  const { rest, breaker, retries, health } = createMet(clock, options);
  const tenant: Tenant = {
    ...breaker,
    pausedMs: rest.leftMs,
    note(outcome) {
      rest.ask(pauseIn(outcome));
      health.note(outcome);
    },
    retries,
    lane: () => '',
  };
  return {
    of: () => tenant,
    hasAnswered: () => true,
    health: () => health.read(breaker.isOpen() || rest.leftMs() > 0),
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
  const circuit = createCircuit(clock, options.breakerOpenMs);
  const rest = createVendorRest(clock);
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
    circuit.open();
    faults.clear();
  };
  const notePause = (scope: CredentialScope, forMs: number): void => {
    pausedUntilMs.set(scope, Math.max(pausedUntilMs.get(scope) ?? 0, clock.now() + forMs));
    // All are bound for as long as two would be: the shorter one of the longest two.
    const [, second, ...others] = [...pausedUntilMs].sort(([, a], [, b]) => b - a);
    for (const [other] of others) pausedUntilMs.delete(other);
    if (second) rest.ask(second[1] - clock.now());
  };

  const createTenancy = (scope: CredentialScope): Tenancy => {
    const own = createMet(clock, options);
    let isAnswered = false;
    const pool = (): RetryBudget => (isAnswered ? pools.answered : pools.unanswered);
    const lateMs = (): number => (isAnswered && own.health.read(false).healthy ? 0 : LATE_MS);
    const tenancy: Tenancy = {
      health: own.health,
      isOpen: () => own.breaker.isOpen() || circuit.isOpen(),
      pausedMs: () => Math.max(own.rest.leftMs(), rest.leftMs()),
      isRefusing: () => own.breaker.isRefusing() || circuit.isRefusing(lateMs()),
      permit() {
        const afterMs = lateMs();
        const reportOwn = own.breaker.permit();
        if (!reportOwn) return null;
        const reportAll = circuit.permit(afterMs);
        if (!reportAll) {
          reportOwn('unsent');
          return null;
        }
        return (verdict) => {
          reportOwn(verdict);
          reportAll(verdict);
          if (!isAnswered) return;
          if (verdict === 'fine') faults.clear();
          else if (verdict === 'fault' && !circuit.isOpen()) noteFault(scope);
        };
      },
      note(outcome) {
        if (outcome.is === 'read' && outcome.reading.answer.status === 200 && !isAnswered) {
          isAnswered = true;
          unanswered.delete(scope);
          answered.set(scope, tenancy);
        }
        const pauseMs = pauseIn(outcome);
        own.rest.ask(pauseMs);
        own.health.note(outcome);
        if (!isAnswered) return;
        health.note(outcome);
        if (outcome.is === 'read') pausedUntilMs.clear();
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
      const isSpared = circuit.isOpen() || rest.leftMs() > 0;
      const met = own?.health.read(own.isOpen() || own.pausedMs() > 0);
      return met && met.healthy !== null ? met : health.read(isSpared);
    },
  };
}

interface Tenancy extends Tenant {
  readonly health: VendorHealth;
}

/** What a tenant has met of the vendor. */
interface Met {
  readonly rest: VendorRest;
  readonly breaker: Circuit;
  readonly retries: RetryBudget;
  readonly health: VendorHealth;
}

function createMet(clock: Clock, options: TenantsOptions): Met {
  return {
    rest: createVendorRest(clock),
    breaker: createBreaker(clock, options),
    retries: createRetryBudget(clock, options),
    health: createVendorHealth(clock),
  };
}

/** How long the vendor asks to be left alone, in milliseconds; 0: it does not. */
function pauseIn(outcome: Outcome): number {
  return outcome.is === 'failed' ? (outcome.error.retryAfterMs ?? 0) : 0;
}
