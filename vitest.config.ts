import { defineConfig } from 'vitest/config';

export default defineConfig({
  // As Node resolves it: else the tests load graphql's development build beside the one that its users load.
  ssr: { resolve: { conditions: ['module-sync', 'node', 'import', 'default'] } },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The default of one second is too short for a page of a browser on a busy machine.
    expect: { poll: { timeout: 20_000 } },
  },
});
