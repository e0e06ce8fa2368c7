import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { createCursorSealer, digestQuery } from '../../src/graph/paging/cursor.ts';
import { NOW_MS, startApp } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';

// The sandbox's secret is public, so anybody can seal a cursor that no page has given out.

const SECRET = "known to everybody, like the sandbox's";
const LISTS = ['usageRecords', 'events', 'timeline'] as const;
const HOUR_MS = 3_600_000;
const EARLIEST_MS = Date.parse('0001-01-01T00:00:00Z');
const LATEST_MS = Date.parse('9999-12-31T00:00:00Z');
const DAY = { fromMs: NOW_MS - 24 * HOUR_MS, toMs: NOW_MS };
const ALL = { fromMs: EARLIEST_MS, toMs: LATEST_MS };
/** A position, a range, and whether a cursor may contain them. */
const FORGED = [
  [NaN, DAY, false],
  [-8.64e15, DAY, false],
  [8.64e15, DAY, false],
  [NOW_MS, { ...DAY, toMs: Infinity }, false],
  [NOW_MS, { fromMs: -8.64e15, toMs: 8.64e15 }, false],
  [EARLIEST_MS, ALL, true],
  [LATEST_MS, ALL, true],
  [LATEST_MS, DAY, true],
  [EARLIEST_MS, DAY, true],
  [NOW_MS, { fromMs: NOW_MS, toMs: NOW_MS }, true],
] as const;
const sealer = createCursorSealer(new Secret(SECRET));

let running: RunningApp;
beforeAll(async () => {
  running = await startApp({ usageRows: 300, eventsRows: 300 }, { SIGHTLINE_SECRET: SECRET });
});
afterAll(() => running.close());

const CASES = LISTS.flatMap((list) =>
  (['after', 'before'] as const).flatMap((argument) =>
    (['USAGE', 'EVENTS'] as const).map((source) => [list, argument, source] as const),
  ),
);

describe('a cursor that was forged with the secret', () => {
  test.each(CASES)(
    'of %s, as %s, at an entry of %s, is answered if its values are possible, and refused if not',
    async (list, argument, source) => {
      const query = digestQuery(list, { filter: {}, binding: list === 'events' ? [] : undefined });
      const count = argument === 'after' ? 'first' : 'last';
      for (const [timestampMs, range, isPossible] of FORGED) {
        const position = { timestampMs, source, id: '1' };
        const cursor = sealer.seal({ query, range, position, hasRowsPast: true });
        const { errors } = await running.ask(
          `{ ${list}(${count}: 2, ${argument}: "${cursor}") { nodes { id } pageInfo { hasNextPage } } }`,
        );
        const codes = errors?.map(({ extensions }) => extensions);
        expect(codes, `${timestampMs} ${JSON.stringify(range)}`).toEqual(
          isPossible ? undefined : [{ code: 'CURSOR_INVALID', argument }],
        );
      }
    },
  );
});
