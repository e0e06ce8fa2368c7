import { expect, test } from 'vitest';
import { createVendorRest } from '../../src/upstream/vendor-rest.ts';
import { createSimulatedTime } from '../support/upstream-fixtures.ts';

test('a rest lasts as long as asked, and a shorter wish does not cut it', () => {
  const time = createSimulatedTime();
  const rest = createVendorRest(time.clock);
  expect(rest.leftMs()).toBe(0);
  rest.ask(5_000);
  expect(rest.leftMs()).toBe(5_000);
  rest.ask(60_000);
  rest.ask(1_000);
  expect(rest.leftMs()).toBe(60_000);
  time.advance(59_999);
  expect(rest.leftMs()).toBe(1);
  time.advance(10);
  expect(rest.leftMs()).toBe(0);
});
