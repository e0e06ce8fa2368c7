import { lazy, Suspense, useEffect, useEffectEvent, useState } from 'react';
import { Icon } from '../shell/icons.tsx';
import { readStorage, writeStorage } from '../state/storage.ts';
import { createKeyReader } from './command.ts';
import { useCommands } from './use-commands.ts';
import type { Opened } from './use-commands.ts';

const Palette = lazy(async () => ({ default: (await import('./palette.tsx')).Palette }));
const ShortcutList = lazy(async () => ({ default: (await import('./shortcut-list.tsx')).ShortcutList }));
const ViewsDialog = lazy(async () => ({ default: (await import('../views/views-dialog.tsx')).ViewsDialog }));

const KEY = 'sightline.shortcuts';
const readKey = createKeyReader(() => performance.now());

/** The buttons of the header that open the palette and the views, and the keys of all commands. */
export function Commands() {
  const [opened, setOpened] = useState<Opened | null>(null);
  const [areKeysOn, setKeys] = useState(() => readStorage(KEY) !== 'off');
  const setKeysOn = (areOn: boolean): void => {
    writeStorage(KEY, areOn ? 'on' : 'off');
    setKeys(areOn);
  };
  const commands = useCommands({ open: setOpened, areKeysOn, setKeysOn });
  const onKeyDown = useEffectEvent((event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    if (
      (event.ctrlKey || event.metaKey) &&
      !event.altKey &&
      !event.shiftKey &&
      event.key.toLowerCase() === 'k'
    ) {
      event.preventDefault();
      setOpened('palette');
      return;
    }
    // What was opened may still be loading: keys pressed meanwhile are meant for it.
    if (!areKeysOn || opened !== null) return;
    if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event.target)) return;
    const id = readKey(commands, event.key);
    if (id === null) return;
    event.preventDefault();
    commands.find((command) => command.id === id)?.run();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKeyDown(event);
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
  const close = () => setOpened(null);
  return (
    <>
      <button
        type="button"
        className="button"
        onClick={() => setOpened('views')}
        aria-label="Views"
        title="Views (v)"
      >
        <Icon name="view" />
      </button>
      <button
        type="button"
        className="button"
        onClick={() => setOpened('palette')}
        aria-label="Commands"
        title="Commands (Ctrl K)"
      >
        <Icon name="search" />
      </button>
      <Suspense fallback={null}>
        {opened === 'palette' && <Palette commands={commands} onClose={close} />}
        {opened === 'shortcuts' && <ShortcutList commands={commands} areKeysOn={areKeysOn} onClose={close} />}
        {opened === 'views' && <ViewsDialog onClose={close} />}
      </Suspense>
    </>
  );
}

/** Whether keys belong to what has the focus: a field that is written in, or a dialog or a menu with keys of its own. */
function isBusy(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return (
    target.isContentEditable || target.closest('input, textarea, select, .dialog, [role="menu"]') !== null
  );
}
