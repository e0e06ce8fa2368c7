import { readdirSync, readFileSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../src/graph/schema.ts';
import { createEvent, createFakeContext, createRecord, EMPTY_PAGE } from './fake-context.ts';

const folder = new URL('../../docs/examples/', import.meta.url);
const examples = readdirSync(folder)
  .filter((name) => name.endsWith('.graphql'))
  .map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const);

describe('the example', () => {
  test.each(examples)('%s says what it answers and how many calls it makes', (_name, text) => {
    const [question, costs] = text.split('\n');
    expect(question).toMatch(/^# \S.*[?.]$/);
    expect(costs).toMatch(/^# vendor calls: usage \d+( to \d+)?, events \d+( to \d+)?$/);
  });

  test.each(examples)('%s is valid', (_name, text) => {
    expect(validate(schema, parse(text))).toEqual([]);
  });

  test.each(examples)(
    '%s runs unchanged, and calls exactly the sources that it names',
    async (_name, text) => {
      const { ask, calls } = createFakeContext({
        usage: { getUsageRecord: async () => createRecord() },
        events: { listEvents: async () => ({ ...EMPTY_PAGE, rows: [createEvent()] }) },
      });
      const { data, errors } = await ask(text);
      expect(errors).toBeUndefined();
      expect(Object.values(data ?? {})).not.toContain(null);
      const [, usage, events] = /usage (?:\d+ to )?(\d+), events (\d+)/.exec(text) ?? [];
      const asked = (word: string) =>
        calls.some(([name]) => name.includes(word) || name === 'listActivities');
      expect([asked('Usage'), asked('Event')]).toEqual([usage !== '0', events !== '0']);
    },
  );
});
