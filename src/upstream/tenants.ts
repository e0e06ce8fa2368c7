import { LRUCache } from 'lru-cache';
import type { CredentialScope } from '../base/credential-scope.ts';
import type { Clock } from '../base/time.ts';
import { createManualBreaker } from './breaker.ts';
import type { Report } from './breaker.ts';
import { createVendorPause } from './pause.ts';
import { createRetryBudget } from './retry-budget.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { Outcome, UpstreamHealth, UpstreamState } from './upstream.ts';
import { createVendorHealth, createVendorState, pauseIn } from './vendor-state.ts';
import type { VendorStateOptions } from './vendor-state.ts';

/** The tenants of one vendor. A tenant is everybody who calls with the same credentials. */
export interface Tenants {
  of(scope: CredentialScope): Tenant;
  /** Whether the vendor has answered a call with these credentials, which proves that they are real. */
  hasAnswered(scope: CredentialScope): boolean;
  /**
   * The vendor's health, as calls with these credentials have shown it. If they have shown nothing, or for null: as the
   * calls of answered tenants have shown it.
   */
  health(scope: CredentialScope | null): UpstreamHealth;
  /** Which breakers and pauses keep calls from the vendor now. */
  avoidance(): Pick<UpstreamState, 'openBreakers' | 'pausedMs'>;
}

/** The limits on one tenant's calls. */
export interface Tenant {
  /** How long the vendor must not be called, in milliseconds; 0: it may be called. */
  pausedMs(): number;
  /** Asks the breaker for permission to make one attempt. null: refused, at once. */
  permit(): Report | null;
  /** Whether `permit` would refuse now. Changes nothing. */
  isRefusing(): boolean;
  /** An attempt has ended. Call it after the attempt's report. */
  note(outcome: Outcome): void;
  readonly retries: RetryBudget;
  /** The queue in which this tenant waits under the concurrency limit. */
  queue(): string;
}

/** The tenants if all calls have the same credentials: what one call meets is what the vendor does. */
export function createSingleTenant(clock: Clock, options: VendorStateOptions): Tenants {
  const { pause, breaker, retries, health } = createVendorState(clock, options);
  const tenant: Tenant = {
    ...breaker,
    pausedMs: pause.leftMs,
    note(outcome) {
      pause.ask(pauseIn(outcome));
      health.note(outcome);
    },
    retries,
    queue: () => '',
  };
  return {
    of: () => tenant,
    hasAnswered: () => true,
    health: () => health.read(breaker.isOpen() || pause.leftMs() > 0),
    avoidance: () => ({ openBreakers: breaker.isOpen() ? 1 : 0, pausedMs: pause.leftMs() }),
  };
}

/** How many tenants are remembered. Two bounds, so that made-up credentials do not push out real ones. */
const MOST_ANSWERED = 10_000;
const MOST_UNANSWERED = 1_000;
/** How much later than others a tenant may probe if its latest call failed or the vendor never answered it. */
const LATE_MS = 1_000;
/** All tenants that the vendor never answered wait in one queue. */
const UNANSWERED_QUEUE = 'unanswered';

/**
 * The tenants if callers bring their own credentials. Each tenant has its own breaker, pause and retry budget. The vendor's
 * breaker or pause, which bind all, need two tenants that the vendor has answered before and now fails, without answering
 * any such tenant in between. So neither made-up credentials nor one tenant alone can stop the others.
 */
export function createManyTenants(clock: Clock, options: VendorStateOptions): Tenants {
  const answered = new LRUCache<CredentialScope, KnownTenant>({ max: MOST_ANSWERED });
  const unanswered = new LRUCache<CredentialScope, KnownTenant>({ max: MOST_UNANSWERED });
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
    // All pause for as long as two tenants must: for the shorter of the two longest pauses.
    const [, second, ...others] = [...pausedUntilMs].sort(([, a], [, b]) => b - a);
    for (const [other] of others) pausedUntilMs.delete(other);
    if (second) pause.ask(second[1] - clock.now());
  };

  const createTenant = (scope: CredentialScope): KnownTenant => {
    const own = createVendorState(clock, options);
    let isAnswered = false;
    const pool = (): RetryBudget => (isAnswered ? pools.answered : pools.unanswered);
    const lateMs = (): number => (isAnswered && own.health.read(false).healthy ? 0 : LATE_MS);
    const tenant: KnownTenant = {
      isBroken: own.breaker.isOpen,
      readHealth: () => own.health.read(own.breaker.isOpen() || breaker.isOpen() || tenant.pausedMs() > 0),
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
          answered.set(scope, tenant);
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
      queue: () => (isAnswered ? scope : UNANSWERED_QUEUE),
    };
    return tenant;
  };

  const find = (scope: CredentialScope): KnownTenant | undefined =>
    answered.get(scope) ?? unanswered.get(scope);
  return {
    of(scope) {
      const known = find(scope);
      if (known) return known;
      const tenant = createTenant(scope);
      unanswered.set(scope, tenant);
      return tenant;
    },
    hasAnswered: (scope) => answered.has(scope),
    health(scope) {
      const own = scope === null ? undefined : find(scope)?.readHealth();
      if (own && own.healthy !== null) return own;
      return health.read(breaker.isOpen() || pause.leftMs() > 0);
    },
    avoidance() {
      let openBreakers = breaker.isOpen() ? 1 : 0;
      let pausedMs = pause.leftMs();
      for (const tenant of [...answered.values(), ...unanswered.values()]) {
        if (tenant.isBroken()) openBreakers += 1;
        pausedMs = Math.max(pausedMs, tenant.pausedMs());
      }
      return { openBreakers, pausedMs };
    },
  };
}

interface KnownTenant extends Tenant {
  /** Whether its own breaker is open. */
  isBroken(): boolean;
  readHealth(): UpstreamHealth;
}
