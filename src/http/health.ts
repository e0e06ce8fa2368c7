/** Whether this process should be sent requests; it lives either way. */
export interface Readiness {
  isReady(): boolean;
}

/** Whether this process is up, or should be sent requests: `/health/live` and `/health/ready`; null: another path. */
export function answerHealth(
  pathname: string,
  { isReady }: Readiness,
): { status: number; body: string } | null {
  if (pathname === '/health/live') return { status: 200, body: 'live\n' };
  if (pathname !== '/health/ready') return null;
  return isReady() ? { status: 200, body: 'ready\n' } : { status: 503, body: 'shutting down\n' };
}
