import { erasePerson } from '../archive/erasing.ts';
import { readErasedAddress } from '../archive/erasure.ts';
import type { Erasable, Erased } from '../archive/erasure.ts';
import { drawBytes } from '../base/sealing.ts';
import { formatInstant, systemClock } from '../base/time.ts';
import { readRedaction } from '../config/archive.ts';
import { readSettings, readWords, requireArchive, withRefusals, withStore } from './archive-store.ts';
import { EXIT_USAGE, quit } from './process.ts';

const TEXT = { type: 'string' } as const;
const SALT_BYTES = 16;
const SWITCHES = [
  ['username', 'username'],
  ['user-id', 'userId'],
  ['address', 'address'],
] as const satisfies readonly (readonly [string, Erasable])[];

/** `archive erase --username NAME | --user-id ID | --address ADDRESS`: deletes the rows of one person, and prints the record of it. */
export async function runErase(args: readonly string[]): Promise<void> {
  const words = { username: TEXT, 'user-id': TEXT, address: TEXT, archive: TEXT };
  const { values } = readWords('erase', args, words);
  const named = SWITCHES.flatMap(([name, by]) => {
    const text = values[name];
    return text === undefined ? [] : [{ by, text }];
  });
  const [person] = named;
  if (!person || named.length > 1)
    return quit(EXIT_USAGE, [
      'erase needs one of --username and a name, --user-id and an id, or --address and an address.',
    ]);
  const { by } = person;
  const value = by === 'address' ? readErasedAddress(person.text) : person.text;
  if (value === null)
    return quit(EXIT_USAGE, [
      '--address needs one IPv4 or IPv6 address, such as 192.0.2.7. Blocks and lists are not taken.',
    ]);
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
