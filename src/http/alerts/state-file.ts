import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { digest } from '../../base/sealing.ts';
import { AlertsRefused } from './alerts.ts';
import type { AlertRecord, AlertStates } from './states.ts';

const FORMAT = 1;

/**
 * Keeps states in a file: a line of JSON, and a line with its SHA-256. It is replaced as a whole, so that it is never half written.
 * @throws AlertsRefused if the file is damaged, or can't be read or written
 */
export function openAlertStates(path: string): AlertStates {
  const records = read(path);
  const save = (): void => write(path, `${JSON.stringify({ format: FORMAT, alerts: [...records] })}\n`);
  try {
    save();
  } catch (error) {
    throw refuse(
      `can't be written (${codeOf(error)}). Name a file in a folder that the service may write to.`,
    );
  }
  return {
    get: (name) => records.get(name) ?? null,
    set(name, record) {
      records.set(name, record);
      save();
    },
  };
}

function read(path: string): Map<string, AlertRecord> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return new Map();
    throw refuse(`can't be read (${codeOf(error)}).`);
  }
  const end = text.indexOf('\n') + 1;
  const body = text.slice(0, end);
  if (end === 0 || text.slice(end) !== sumLine(body)) throw refuse(DAMAGED);
  // The sum shows that it is a file of this service.
  const { format, alerts } = JSON.parse(body) as { format: number; alerts: [string, AlertRecord][] };
  if (format !== FORMAT) throw refuse('was written by a later version of this service. Start that version.');
  return new Map(alerts);
}

function write(path: string, body: string): void {
  const next = `${path}.new`;
  // Messages may hold counts of groups, so others may not read them.
  const file = openSync(next, 'w', 0o600);
  try {
    writeSync(file, body + sumLine(body));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(next, path);
}

function sumLine(body: string): string {
  return `${digest(body).toString('hex')}\n`;
}

function refuse(what: string): AlertsRefused {
  return new AlertsRefused([`SIGHTLINE_ALERTS_STATE names a file that ${what}`]);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

const DAMAGED =
  'is damaged, or is not one of this service. Bring it back from a copy, or delete it: then each alert tells its state once more.';
