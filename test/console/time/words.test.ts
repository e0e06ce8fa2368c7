import { describe, expect, test } from 'vitest';
import { writeMany } from '../../../src/console/time/words.ts';

describe('words of the console', () => {
  test('one thing has the singular, and none or several have the plural', () => {
    expect([0, 1, 2, 1_234].map((count) => writeMany(count, 'event'))).toEqual([
      '0 events',
      '1 event',
      '2 events',
      '1,234 events',
    ]);
    expect([1, 3].map((count) => writeMany(count, 'category', 'categories'))).toEqual([
      '1 category',
      '3 categories',
    ]);
  });
});
