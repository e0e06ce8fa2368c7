import { erasePerson } from '../archive/erasing.ts';
import type { Erasable, Erased } from '../archive/erasure.ts';
import { drawBytes } from '../base/sealing.ts';
import { formatInstant, systemClock } from '../base/time.ts';
import { readRedaction } from '../config/archive.ts';
import { readSettings, readWords, requireArchive, withRefusals, withStore } from './archive-store.ts';
import { EXIT_USAGE, quit } from './process.ts';

const TEXT = { type: 'string' } as const;
const SALT_BYTES = 16;

/** `archive erase --username NAME | --user-id ID`: deletes the rows of one person, and prints the record of it. */
export async function runErase(args: readonly string[]): Promise<void> {
  const { values } = readWords('erase', args, { username: TEXT, 'user-id': TEXT, archive: TEXT });
  const { username, 'user-id': userId } = values;
  if ((username === undefined) === (userId === undefined))
    return quit(EXIT_USAGE, ['erase needs either --username and a name, or --user-id and an id.']);
  const by: Erasable = username === undefined ? 'userId' : 'username';
  const value = username ?? userId ?? '';
  const config = readSettings(values.archive);
  await withRefusals(async () => {
    const redaction = readRedaction(requireArchive(config), config.secret);
    const stored = by === 'username' && redaction ? redaction.name(value) : null;
    await withStore(values.archive, async (store) => {
      // Rows of before the setting have the name itself.
      for (const each of stored === null ? [value] : [value, stored]) {
        const salt = drawBytes(SALT_BYTES).toString('hex');
        const { erasure, usage, events } = await erasePerson(store, by, each, {
          nowMs: systemClock.now(),
          salt,
        });
        process.stdout.write(
          `${formatInstant(erasure.atMs)} erased by ${by}: subject ${erasure.subject}\n${describe('USAGE', usage)}${describe('EVENTS', events)}`,
        );
      }
    });
  });
}

function describe(source: string, { rows, days }: Erased): string {
  return `  ${source}: ${rows} rows${days.length === 0 ? '' : ` of ${days.join(', ')}`}\n`;
}
