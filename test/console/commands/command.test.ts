import { describe, expect, test } from 'vitest';
import {
  chooseCommand,
  createKeyReader,
  findCommands,
  findEntry,
} from '../../../src/console/commands/command.ts';
import type { Command } from '../../../src/console/commands/command.ts';

const command = (id: string, patch: Partial<Command> = {}): Command => ({
  id,
  label: id,
  group: 'Pages',
  run: () => {},
  ...patch,
});
const COMMANDS = [
  command('Go to Calls', { keys: 'g l' }),
  command('Go to Events', { keys: 'g e', also: 'audit' }),
  command('Refresh', { keys: 'r', group: 'This page' }),
  command('Time zone: Europe/Berlin', { group: 'Time zones', isHidden: true }),
];
const found = (typed: string) =>
  findCommands(COMMANDS, typed).flatMap(({ items }) => items.map(({ id }) => id));

describe('the commands', () => {
  test('all typed words must be there, in any order and case', () => {
    expect(found('CALLS go')).toEqual(['Go to Calls']);
    expect(found('audit')).toEqual(['Go to Events']);
    expect(found('go nothing')).toEqual([]);
  });

  test('commands of which there are many are found by typing only', () => {
    expect(found('')).toEqual(['Go to Calls', 'Go to Events', 'Refresh']);
    expect(found('berlin')).toEqual(['Time zone: Europe/Berlin']);
  });

  test('Enter runs what was marked for the very text that is typed, and otherwise the first that the text finds', () => {
    const choose = (typed: string, marked: { typed: string; id: string } | null) =>
      chooseCommand(findCommands(COMMANDS, typed), typed, marked)?.id;
    expect(choose('go', { typed: 'go', id: 'Go to Events' })).toBe('Go to Events');
    expect(choose('go', { typed: '', id: 'Go to Events' })).toBe('Go to Calls');
    expect(choose('events', { typed: '', id: 'Go to Calls' })).toBe('Go to Events');
    expect(choose('berlin', null)).toBe('Time zone: Europe/Berlin');
    expect(choose('nothing', { typed: '', id: 'Go to Calls' })).toBeUndefined();
  });

  const typeAt = (read: (key: string) => string | null, text: string) =>
    text
      .split('')
      .map(read)
      .filter((id) => id !== null);

  test('keys one after the other run a command within a second', () => {
    let now = 0;
    const read = createKeyReader(() => now);
    expect(read(COMMANDS, 'g')).toBeNull();
    now = 1_000;
    expect(read(COMMANDS, 'l')).toBe('Go to Calls');
    expect(read(COMMANDS, 'g')).toBeNull();
    now = 2_001;
    expect(read(COMMANDS, 'l')).toBeNull();
  });

  test('commands run directly one after the other', () => {
    const read = createKeyReader(() => 0);
    expect(typeAt((key) => read(COMMANDS, key), 'rglrge')).toEqual([
      'Refresh',
      'Go to Calls',
      'Refresh',
      'Go to Events',
    ]);
  });

  test.each(['element:sageone', 'agl', 'gxr', 'gger'])(
    'the text %s is no command, because it has letters that belong to none',
    (text) => {
      let now = 0;
      const read = createKeyReader(() => now);
      const type = (key: string) => {
        now += 900;
        return read(COMMANDS, key);
      };
      expect(typeAt(type, text)).toEqual([]);
      now += 1_001;
      expect([read(COMMANDS, 'g'), read(COMMANDS, 'l')]).toEqual([null, 'Go to Calls']);
    },
  );

  test('keys that write nothing are no text', () => {
    const read = createKeyReader(() => 0);
    const keys = ['ArrowDown', ' ', 'g', 'Shift', 'l', 'Tab', 'r'];
    expect(keys.map((key) => read(COMMANDS, key)).filter((id) => id !== null)).toEqual([
      'Go to Calls',
      'Refresh',
    ]);
  });

  test('an id leads to the list of its source, and other text to none', () => {
    const idOf = (text: string) => Buffer.from(text).toString('base64url');
    const call = idOf('UsageRecord:1772611200000:53e6e0c8e4b067fd19a9d6ab');
    const event = idOf('Event:1772611200000:7');
    expect(findEntry(` ${call} `)).toEqual({ to: '/log', open: call });
    expect(findEntry(event)).toEqual({ to: '/events', open: event });
    expect(findEntry('53e6e0c8e4b067fd19a9d6ab')).toEqual({
      to: '/log',
      open: idOf('UsageRecord:53e6e0c8e4b067fd19a9d6ab'),
    });
    for (const text of ['', 'berlin', 'last-24-hours', '%%%%%%%%%%%%%%']) expect(findEntry(text)).toBeNull();
  });
});
