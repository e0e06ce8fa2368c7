import type { CallContext } from './upstream.ts';

/** The context of one scan: as its operation's, but for the calls, of which it may make its share. */
export function grantScan(context: CallContext, purpose: 'page' | 'count' = 'page'): CallContext {
  return { ...context, ledger: context.ledger.grantScan(purpose) };
}
