import type { CDPSession, Locator, Page } from 'playwright-core';

/** One way to use the console: a mouse, a finger or a keyboard. */
export interface Hand {
  /** How many clicks, taps or keys it took so far. */
  steps(): number;
  /** Goes to a page by its name in the menu. */
  go(label: string): Promise<void>;
  /** Picks a range by its name. */
  range(name: string): Promise<void>;
  press(target: Locator): Promise<void>;
  /** Opens a menu and picks a value of it. */
  choose(menu: Locator, item: Locator): Promise<void>;
  /** Opens the row of a list. */
  open(row: Locator): Promise<void>;
}

/** Mouse or touch. */
export function createPointer(page: Page, isTouch: boolean): Hand {
  let steps = 0;
  const press = async (target: Locator): Promise<void> => {
    steps += 1;
    await (isTouch ? target.tap() : target.click());
  };
  return {
    steps: () => steps,
    press,
    open: press,
    go: (label) => press(page.getByRole('navigation').getByRole('link', { name: label })),
    async range(name) {
      await press(page.getByRole('banner').getByRole('button').first());
      await press(page.getByRole('group', { name: 'Presets' }).getByRole('button', { name }));
    },
    async choose(menu, item) {
      await press(menu);
      await press(item);
      // The menu stays open for a further value, and covers what is below it. A press beside it closes it.
      await press(page.getByRole('heading', { level: 1 }));
    },
  };
}

const GO_KEYS: Readonly<Record<string, string>> = { 'Break down': 'b', Events: 'e' };
/** A page of the console has fewer stops. */
const MOST_STOPS = 120;

/** What a screen reader would say: each stop of the focus, and each announcement of a live region. */
export interface Listener {
  readonly stops: readonly string[];
  announcements(): Promise<readonly string[]>;
}

/** Keys alone. After each key it notes what has the focus, as the accessibility tree names it. */
export async function createKeyboard(page: Page): Promise<Hand & { readonly heard: Listener }> {
  let steps = 0;
  const stops: string[] = [];
  const session = await page.context().newCDPSession(page);
  await listen(page);
  const key = async (pressed: string): Promise<void> => {
    steps += 1;
    await page.keyboard.press(pressed);
    const said = await nameFocus(session);
    if (said !== null && said !== stops.at(-1)) stops.push(said);
  };
  const isOn = (target: Locator): Promise<boolean> =>
    target.evaluate((element) => {
      const { activeElement } = document;
      const active = activeElement?.getAttribute('aria-activedescendant');
      return element === activeElement || (active != null && element.id === active);
    });
  const reach = async (target: Locator, by: string): Promise<void> => {
    await target.waitFor();
    for (let step = 0; step < MOST_STOPS; step += 1) {
      if (await isOn(target)) return;
      await key(by);
    }
    throw new Error(`no ${by} reaches ${String(target)}: ${stops.join(' | ')}`);
  };
  return {
    heard: { stops, announcements: () => page.evaluate(() => (globalThis as unknown as Heard).heard) },
    steps: () => steps,
    async go(label) {
      await key('g');
      await key(GO_KEYS[label] ?? '');
      await page.getByRole('heading', { level: 1, name: label }).waitFor();
    },
    async range(name) {
      await key('Control+k');
      const line = page.getByRole('dialog', { name: 'Commands' }).getByRole('combobox');
      await line.waitFor();
      steps += name.length;
      await page.keyboard.type(name);
      await page.getByRole('option', { name }).first().waitFor();
      await key('Enter');
      await line.waitFor({ state: 'detached' });
    },
    async press(target) {
      await reach(target, 'Tab');
      await key('Enter');
    },
    async choose(menu, item) {
      await reach(menu, 'Tab');
      await key('Enter');
      await reach(item, 'ArrowDown');
      await key('Enter');
      await key('Escape');
    },
    async open(row) {
      await reach(page.getByRole('grid'), 'Tab');
      await reach(row, 'ArrowDown');
      await key('Enter');
    },
  };
}

interface Heard {
  heard: string[];
}

/** Notes what live regions of the page say from now on. */
async function listen(page: Page): Promise<void> {
  await page.evaluate(() => {
    const heard: string[] = ((globalThis as unknown as Heard).heard = []);
    const note = (node: Node): void => {
      const element = node instanceof Element ? node : node.parentElement;
      const said = new Set([
        ...(element?.querySelectorAll('[role="status"], [role="alert"]') ?? []),
        element?.closest('[role="status"], [role="alert"]'),
      ]);
      for (const region of said) {
        const text = region?.textContent?.trim();
        if (text && text !== heard.at(-1)) heard.push(text);
      }
    };
    new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes) {
        for (const node of addedNodes) note(node);
        if (target.nodeType === Node.TEXT_NODE) note(target);
      }
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}

interface Ax {
  readonly ignored: boolean;
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
  readonly value?: { readonly value: string };
  readonly properties?: readonly { readonly name: string; readonly value: { readonly value: unknown } }[];
}

/** Role, name and value of what has the focus, or of what it points to as active. null: nothing has it. */
async function nameFocus(session: CDPSession): Promise<string | null> {
  const { result } = await session.send('Runtime.evaluate', {
    expression: `(() => {
      const at = document.activeElement;
      return document.getElementById(at?.getAttribute('aria-activedescendant') ?? '') ?? at;
    })()`,
  });
  if (result.objectId === undefined) return null;
  const { nodes } = (await session.send('Accessibility.getPartialAXTree', {
    objectId: result.objectId,
    fetchRelatives: false,
  })) as { nodes: readonly Ax[] };
  const [node] = nodes;
  if (!node || node.ignored) return null;
  return [node.role?.value, node.name?.value, node.value?.value].filter((part) => part).join(' ');
}
