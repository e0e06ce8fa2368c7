import { formatInstant } from '../base/time.ts';
import type { Finding, PlannedCall } from './finding.ts';

/** What `npm run doctor -- --json` prints and `GET /health/doctor` answers. */
export interface Report {
  /** When the examination began. */
  readonly asOf: string;
  /** Whether nothing is wrong. */
  readonly right: boolean;
  readonly plan: readonly PlannedCall[];
  readonly findings: readonly Finding[];
}

export function createReport(
  asOfMs: number,
  plan: readonly PlannedCall[],
  findings: readonly Finding[],
): Report {
  return {
    asOf: formatInstant(asOfMs),
    right: findings.every(({ verdict }) => verdict !== 'wrong'),
    plan,
    findings,
  };
}
