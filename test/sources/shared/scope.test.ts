import { describe, expect, test } from 'vitest';
import { keepByScope } from '../../../src/sources/shared/scope.ts';
import { credentialsOf } from '../../support/upstream-fixtures.ts';

describe('what is kept by scope', () => {
  test('is the same for equal credentials and another for others', () => {
    const read = keepByScope(() => ({ longestPage: 0 }));
    const ada = read(credentialsOf('ada'));
    ada.longestPage = 7;
    expect(read(credentialsOf('ada'))).toBe(ada);
    expect(read(credentialsOf('bob'))).toEqual({ longestPage: 0 });
  });

  test('is new each time without credentials', () => {
    const read = keepByScope(() => ({}));
    expect(read(null)).not.toBe(read(null));
  });

  test('is bounded: the least recently used is removed, and starts again as new', () => {
    let made = 0;
    const read = keepByScope(() => ({ made: (made += 1) }));
    const first = read(credentialsOf('first'));
    read(credentialsOf('second'));
    for (let n = 0; n < 999; n += 1) {
      read(credentialsOf(`other ${n}`));
      expect(read(credentialsOf('first'))).toBe(first);
    }
    expect(made).toBe(1_001);
    expect(read(credentialsOf('second')).made).toBe(1_002);
  });
});
