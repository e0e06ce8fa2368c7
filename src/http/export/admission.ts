import { GraphQLError } from 'graphql';

/** Lets a bounded number of exports run at the same time. */
export interface Admission {
  /**
   * Begins an export. Call the returned function when it has ended; only the first call counts.
   * @throws GraphQLError `LIMIT_EXCEEDED` with HTTP 429 if as many run as may
   */
  enter(): () => void;
}

const RETRY_AFTER_MS = 30_000;

/** @param onCount learns how many run, at each change */
export function createAdmission(
  maxExports: number,
  onCount: (running: number) => void = () => {},
): Admission {
  let running = 0;
  return {
    enter() {
      if (running >= maxExports) throw refuseExport(maxExports);
      running += 1;
      onCount(running);
      let isInside = true;
      return () => {
        if (!isInside) return;
        isInside = false;
        running -= 1;
        onCount(running);
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
