import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Mutants are judged by the tests of what is mutated alone: quick ones, without servers. */
export default defineConfig({
  ...base,
  test: {
    ...base.test,
    exclude: ['test/sources/usage/analytics/sandbox-aggregates.test.ts'],
    include: [
      'test/sources/paging/**/*.test.ts',
      'test/sources/shared/**/*.test.ts',
      'test/sources/usage/**/*.test.ts',
      'test/sources/events/**/*.test.ts',
      'test/sources/timeline/**/*.test.ts',
      'test/graph/paging/**/*.test.ts',
    ],
  },
});
