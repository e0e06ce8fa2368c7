import { onTestFinished } from 'vitest';
import { runService } from './run-service.ts';
import type { RunningService } from './run-service.ts';

/** The same as `runService`, but the process ends with the test. */
export function runInTest(...words: Parameters<typeof runService>): RunningService {
  const service = runService(...words);
  onTestFinished(async () => {
    if (service.child.exitCode === null) service.child.kill('SIGKILL');
    await service.exit;
  });
  return service;
}
