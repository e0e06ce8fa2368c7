import type { AlertsSettings, readAlerts as parseAlerts } from '../http/alerts/file.ts';
import type { SetValues } from './settings.ts';

export type ReadAlerts = typeof parseAlerts;

export interface ParsedAlertsFile {
  /** null: there are none, or they are wrong. */
  readonly alerts: AlertsSettings | null;
  /** A sentence for each fault, without a value of the file. */
  readonly faults: readonly string[];
}

/**
 * Reads the file that `SIGHTLINE_ALERTS` names, and the secrets that it names.
 * @param readText the text of a file; it throws if it cannot read the file
 * @param readAlerts parses the file; null: alerts are not read
 */
export function readAlertsFile(
  set: SetValues,
  readText: (path: string) => string,
  readAlerts: ReadAlerts | null,
): ParsedAlertsFile {
  const path = set['SIGHTLINE_ALERTS'];
  if (path === undefined || !readAlerts) return { alerts: null, faults: [] };
  const faults: string[] = [];
  if (set['VENDOR_CREDENTIALS'] === 'request') {
    faults.push(
      'SIGHTLINE_ALERTS is set beside VENDOR_CREDENTIALS=request: alerts would need the credentials of callers while they are away. Leave one of them out.',
    );
  }
  if (set['SIGHTLINE_SHARE_PORT'] === 'true') {
    faults.push(
      'SIGHTLINE_ALERTS is set beside SIGHTLINE_SHARE_PORT: each process would send each message. Run the alerts in a process of their own, on another port.',
    );
  }
  let text: string;
  try {
    text = readText(path);
  } catch {
    return { alerts: null, faults: [...faults, `SIGHTLINE_ALERTS names a file that can't be read: ${path}`] };
  }
  const read = readAlerts(text, { readEnv: (name) => set[name], readText });
  if (read.kind === 'alerts') return { alerts: faults.length > 0 ? null : read.alerts, faults };
  return {
    alerts: null,
    faults: [...faults, ...read.faults.map((fault) => `SIGHTLINE_ALERTS (${path}) ${fault}`)],
  };
}
