import { readFileSync } from 'node:fs';
import { readAlerts } from '../../src/http/alerts/file.ts';
import type { AlertsSettings } from '../../src/http/alerts/file.ts';

const page = readFileSync(new URL('../../docs/alerts.md', import.meta.url), 'utf8');

/** The bytes of the key that signs, and the secret as it is set. */
export const HOOK_KEY = Buffer.alloc(32, 5);
export const HOOK_SECRET = `whsec_${HOOK_KEY.toString('base64')}`;

/** The file of the first example in docs/alerts.md. */
export const EXAMPLE_FILE = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

/** A file as the service reads it. @throws if it has faults */
export function readExample(text: string = EXAMPLE_FILE): AlertsSettings {
  const read = readAlerts(text, {
    readEnv: () => HOOK_SECRET,
    readText() {
      throw new Error('no file');
    },
  });
  if (read.kind === 'faults') throw new Error(read.faults.join('\n'));
  return read.alerts;
}
