import { describe, expect, test } from 'vitest';
import { createKeptSpans } from '../../../src/console/state/kept-spans.ts';

const span = (toMs: number) => ({ fromMs: 0, toMs });
const WEEK = { last: 'P7D' };
const DAY = { last: 'P1D' };

describe('the span that a relative range means', () => {
  test('it stays while other things of the address change', () => {
    const find = createKeptSpans();
    expect(find('a', WEEK, 0, () => span(1))).toEqual(span(1));
    expect(find('b', WEEK, 0, () => span(2))).toEqual(span(1));
  });

  test('a reader who comes back to an earlier page finds its span', () => {
    const find = createKeptSpans();
    find('a', WEEK, 0, () => span(1));
    expect(find('b', DAY, 0, () => span(2))).toEqual(span(2));
    expect(find('a', WEEK, 0, () => span(3))).toEqual(span(1));
    expect(find('b', DAY, 0, () => span(4))).toEqual(span(2));
  });

  test('a page whose words follow later than its place finds its span, too', () => {
    const find = createKeptSpans();
    find('a', WEEK, 0, () => span(1));
    find('b', DAY, 0, () => span(2));
    find('a', DAY, 0, () => span(3));
    expect(find('a', WEEK, 0, () => span(4))).toEqual(span(1));
  });

  test('a range that is chosen anew is that of now, and so is each after a refresh', () => {
    const find = createKeptSpans();
    find('a', WEEK, 0, () => span(1));
    find('b', DAY, 0, () => span(2));
    expect(find('c', WEEK, 0, () => span(3))).toEqual(span(3));
    expect(find('c', WEEK, 1, () => span(4))).toEqual(span(4));
    expect(find('a', WEEK, 1, () => span(5))).toEqual(span(4));
  });
});
