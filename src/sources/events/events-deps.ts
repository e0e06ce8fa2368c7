import type { ListReading } from '../walk/read-vendor-list.ts';
import type { OptionalEventField } from './event-fields.ts';
import type { EventsLore } from './events-lore.ts';

/** What reading the Events API needs in one operation. */
export interface EventsDeps extends ListReading {
  /** What was learnt with the same credentials. */
  readonly lore: EventsLore;
  /** The optional fields that the operation's caller may see; left out: all. No others are asked for. */
  readonly visible?: ReadonlySet<OptionalEventField>;
}
