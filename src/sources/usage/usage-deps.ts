import type { ListReading } from '../walk/read-vendor-list.ts';
import type { UsageLore } from './usage-lore.ts';

/** What reading the Usage API needs in one operation. */
export interface UsageDeps extends ListReading {
  /** What was learnt with the same credentials. */
  readonly lore: UsageLore;
}
