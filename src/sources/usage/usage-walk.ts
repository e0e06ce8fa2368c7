import type { CallContext, Upstream } from '../../upstream/upstream.ts';
import type { SourceSettings } from '../walk/source-settings.ts';
import { walkList, type Step, type Walk } from '../walk/walk-list.ts';
import { walkUpByWindows } from '../walk/walk-up-by-windows.ts';
import { createUsageList, type UsageLore } from './usage-list.ts';
import type { UsageRecord } from './usage-record.ts';
import type { UsageFilter } from './usage-source.ts';

/** What reading the Usage API needs, for as long as the process runs. */
export interface UsageDeps {
  readonly upstream: Upstream;
  readonly lore: UsageLore;
  readonly settings: SourceSettings;
}

/** A walk over the rows that the vendor gives for a filter; the vendor sorts downward only. */
export function createUsageWalk(
  deps: UsageDeps,
  context: CallContext,
  filter: UsageFilter,
): (walk: Walk) => AsyncGenerator<Step<UsageRecord>, void> {
  const list = createUsageList(deps.upstream, context, deps.settings, deps.lore, filter);
  return (walk) => (walk.direction === 'down' ? walkList(list, walk) : walkUpByWindows(list, walk));
}
