import { ELEMENTS } from './catalogue.ts';
import { createChance, drawBetween } from './chance.ts';
import { insertUsageRows } from './insert-usage-rows.ts';
import type { Database } from './database.ts';
import type { Story } from './stories.ts';

/** The id that the vendor's own page shows: examples may ask for it over a sandbox as it is. */
const DOCUMENTED_ID = '53e6e0c8e4b067fd19a9d6ab';

/**
 * Adds to `usage` what the intruder of each story called: contacts, page by page, a few calls refused. The first call of the
 * last story has the documented id.
 */
export async function fillStoryCalls(
  database: Database,
  seed: number,
  stories: readonly Story[],
): Promise<void> {
  const [element] = ELEMENTS;
  if (element === undefined) return;
  const chance = createChance(seed + 77);
  const rows = stories.flatMap((story, nthStory) =>
    story.callsMs.map((atMs, nthCall) => {
      const failed = chance() < 0.15;
      const processTime = drawBetween(chance, 120, 900);
      return {
        id:
          nthStory === stories.length - 1 && nthCall === 0
            ? DOCUMENTED_ID
            : usageId(atMs, 'e4b0577e11', nthStory * 1000 + nthCall),
        atMs,
        countedMs: atMs,
        status: failed ? 'FAILED' : 'SUCCESS',
        elementKey: element.key,
        elementName: element.name,
        elementApi: 'contacts',
        hub: element.hub,
        tags: ['production'],
        instanceName: `${element.key} production`,
        instanceId: 100,
        calledBy: story.username,
        processTime,
        uri: `/elements/api-v2/hubs/crm/contacts?pageSize=200&page=${nthCall + 1}`,
        address: story.address,
        responseStatus: failed ? 403 : 200,
      };
    }),
  );
  await insertUsageRows(database, rows);
}

/** 24 hex characters as the vendor's: seconds, machine (10 characters), counter. */
export function usageId(atMs: number, machine: string, counter: number): string {
  const hex = (value: number, length: number) => value.toString(16).padStart(length, '0');
  return `${hex(Math.floor(atMs / 1000), 8)}${machine}${hex(counter % 0x100_0000, 6)}`;
}
