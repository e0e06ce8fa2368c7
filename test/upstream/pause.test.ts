import { expect, test } from 'vitest';
import { createVendorPause } from '../../src/upstream/pause.ts';
import { createSimulatedTime } from '../support/upstream-fixtures.ts';

test('a pause lasts as long as asked for, and a shorter one does not end it', () => {
  const time = createSimulatedTime();
  const pause = createVendorPause(time.clock);
  expect(pause.leftMs()).toBe(0);
  pause.ask(5_000);
  expect(pause.leftMs()).toBe(5_000);
  pause.ask(60_000);
  pause.ask(1_000);
  expect(pause.leftMs()).toBe(60_000);
  time.advance(59_999);
  expect(pause.leftMs()).toBe(1);
  time.advance(10);
  expect(pause.leftMs()).toBe(0);
});
