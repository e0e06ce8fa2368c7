import { describe, expect, test } from 'vitest';
import { compareFigures } from '../../../src/console/pages/overview/change.ts';
import { writeCount, writeShare } from '../../../src/console/time/words.ts';

const shares = (now: number, before: number) =>
  compareFigures({ now, before, write: writeShare, isShare: true });
const counts = (now: number, before: number) => compareFigures({ now, before, write: writeCount });

describe('a figure against that of the period before', () => {
  test('shares that differ below a percent are both shown with one decimal', () => {
    expect(shares(0.98, 0.9803)).toEqual({ now: '98.0%', before: '98.0%', by: null, direction: 'same' });
    expect(shares(0.98, 0.9763)).toEqual({
      now: '98.0%',
      before: '97.6%',
      by: '0.4 points',
      direction: 'up',
    });
    expect(shares(0.9794, 0.9806)).toEqual({
      now: '97.9%',
      before: '98.1%',
      by: '0.2 points',
      direction: 'down',
    });
  });

  test('other shares are compared by their difference in points', () => {
    expect(shares(0.98, 0.9)).toEqual({ now: '98%', before: '90%', by: '8.0 points', direction: 'up' });
  });

  test('other figures are compared by their ratio, but not with none', () => {
    expect(counts(150, 100)).toEqual({ now: '150', before: '100', by: '50%', direction: 'up' });
    expect(counts(100, 100)).toEqual({ now: '100', before: '100', by: null, direction: 'same' });
    expect(counts(3, 0)).toEqual({ now: '3', before: '0', by: 'from none', direction: 'up' });
    expect(counts(0, 3)).toEqual({ now: '0', before: '3', by: '100%', direction: 'down' });
  });
});
