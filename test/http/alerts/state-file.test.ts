import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { AlertsRefused } from '../../../src/http/alerts/alerts.ts';
import { openAlertStates } from '../../../src/http/alerts/state-file.ts';
import type { AlertRecord } from '../../../src/http/alerts/states.ts';

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-states-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const RECORD: AlertRecord = {
  state: 'unknown',
  known: 'firing',
  messages: [{ id: 'msg_1', name: 'a', state: 'firing', atMs: 1, body: '{"ü":1}' }],
};

test('what was set is there when the file is opened again, and only its owner can read it', () => {
  const path = join(createFolder(), 'states');
  openAlertStates(path).set('a', RECORD);
  expect(openAlertStates(path).get('a')).toEqual(RECORD);
  expect(openAlertStates(path).get('b')).toBeNull();
  expect(statSync(path).mode & 0o077).toBe(0);
});

test('a file that was cut or changed anywhere is refused with a way out', () => {
  const path = join(createFolder(), 'states');
  openAlertStates(path).set('a', RECORD);
  const whole = readFileSync(path);
  for (let at = 0; at < whole.length; at += 1) {
    const altered = Buffer.from(whole);
    altered[at]! ^= 1;
    for (const bytes of [whole.subarray(0, at), altered]) {
      writeFileSync(path, bytes);
      expect(() => openAlertStates(path), `byte ${at}`).toThrow(
        /^SIGHTLINE_ALERTS_STATE names a file that is damaged, .* delete it/,
      );
      // It is not replaced by an empty one.
      expect(readFileSync(path)).toEqual(bytes);
    }
  }
});

test('a file that cannot be written is refused at the start', () => {
  const folder = createFolder();
  expect(() => openAlertStates(join(folder, 'missing', 'states'))).toThrow(AlertsRefused);
  mkdirSync(join(folder, 'taken'));
  expect(() => openAlertStates(join(folder, 'taken'))).toThrow(/can't be read \(EISDIR\)/);
});
