import { GraphQLError } from 'graphql';

/** Lets a bounded number of exports run at the same time. */
export interface Admission {
  /**
   * Begins an export. Call the returned function when it has ended; only the first call counts.
   * @throws GraphQLError `LIMIT_EXCEEDED` with HTTP 429 if as many run as may
   */
  enter(): () => void;
  /** How many run. */
  running(): number;
}

const RETRY_AFTER_MS = 30_000;

export function createAdmission(maxExports: number): Admission {
  let running = 0;
  return {
    running: () => running,
    enter() {
      if (running >= maxExports) throw refuseExport(maxExports);
      running += 1;
      let isInside = true;
      return () => {
        if (!isInside) return;
        isInside = false;
        running -= 1;
      };
    },
  };
}

function refuseExport(allowed: number): GraphQLError {
  return new GraphQLError(
    `${allowed} exports run, and no more may at the same time. Ask again when one has ended.`,
    {
      extensions: {
        code: 'LIMIT_EXCEEDED',
        limit: 'maxExports',
        allowed,
        retryAfterMs: RETRY_AFTER_MS,
        http: { status: 429 },
      },
    },
  );
}
