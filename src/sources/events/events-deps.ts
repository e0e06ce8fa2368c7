import type { ListReading } from '../walk/read-vendor-list.ts';
import type { EventsLore } from './events-lore.ts';

/** What reading the Events API needs, for as long as the process runs. */
export interface EventsDeps extends ListReading {
  readonly lore: EventsLore;
}
