import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, startConsole } from './console-rig.ts';
import type { ConsoleRig } from './console-rig.ts';

describe.runIf(hasChromium)('the frame of the console in a browser', () => {
  let rig: ConsoleRig;

  beforeAll(async () => {
    rig = await startConsole();
  }, 60_000);
  afterAll(() => rig?.close());

  test.each(['/', '/breakdown', '/log', '/events', '/timeline'])(
    '%s opens with the ribbon, without a message in the console',
    async (path) => {
      const opened = await rig.open(path);
      const ribbon = opened.page.getByRole('slider', { name: /calls and .* events$/ });
      expect(await ribbon.isVisible()).toBe(true);
      expect(opened.problems).toEqual([]);
      await opened.close();
    },
  );
});
