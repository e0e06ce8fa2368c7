import { describe, expect, test } from 'vitest';
import { placeTicks } from '../../../src/console/charts/ticks.ts';

const HOUR = 3_600_000;
const MIDNIGHT = Date.parse('2026-11-26T00:00:00Z');
/** The text of the ticks is this wide at most: 11 px letters are narrower than this on average. */
const LETTER_PX = 6;

const edgesOf = ({ place, anchor, text }: ReturnType<typeof placeTicks>[number]) => {
  const width = text.length * LETTER_PX;
  const start = { start: place, middle: place - width / 2, end: place - width }[anchor];
  return { start, end: start + width };
};

describe('the words of a time axis', () => {
  test.each([
    ['a day from midnight', MIDNIGHT, 24],
    ['a day from just before midnight', MIDNIGHT - HOUR / 12, 24],
    ['a day that ends at midnight', MIDNIGHT - 24 * HOUR, 24],
    ['a day from noon', MIDNIGHT - 12 * HOUR, 24],
    ['an hour', MIDNIGHT - HOUR / 2, 1],
    ['a minute', MIDNIGHT - HOUR / 120, 1 / 60],
    ['three weeks', MIDNIGHT, 504],
  ])('do not touch each other in %s, however wide the chart is', (_, fromMs, hours) => {
    const span = { fromMs, toMs: fromMs + hours * HOUR };
    for (let width = 120; width <= 1_600; width += 8) {
      const ticks = placeTicks(span, { left: 0, right: width }, 'Europe/Berlin');
      expect(ticks.length).toBeGreaterThan(0);
      for (const [at, tick] of ticks.slice(1).entries()) {
        const before = ticks[at];
        if (before) expect(edgesOf(tick).start - edgesOf(before).end).toBeGreaterThanOrEqual(6);
      }
    }
  });

  test('are as many as the width has room for', () => {
    const span = { fromMs: MIDNIGHT, toMs: MIDNIGHT + 24 * HOUR };
    const texts = placeTicks(span, { left: 0, right: 1_000 }, 'UTC').map(({ text }) => text);
    expect(texts).toEqual([
      '26 Nov',
      '03:00',
      '06:00',
      '09:00',
      '12:00',
      '15:00',
      '18:00',
      '21:00',
      '27 Nov',
    ]);
  });
});
