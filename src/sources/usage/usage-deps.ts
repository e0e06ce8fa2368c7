import type { ListReading } from '../walk/read-vendor-list.ts';
import type { UsageLore } from './usage-lore.ts';

/** What reading the Usage API needs, for as long as the process runs. */
export interface UsageDeps extends ListReading {
  readonly lore: UsageLore;
}
