import './commands.css';
import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { keepShared } from '../state/search.ts';
import { useSearchState } from '../state/use-search.ts';
import { findCommands, findEntry } from './command.ts';
import type { Command, CommandGroup } from './command.ts';

/** All commands in one line to type in. An id that is typed leads to its entry. */
export function Palette({
  commands,
  onClose,
}: {
  readonly commands: readonly Command[];
  readonly onClose: () => void;
}) {
  const [typed, setTyped] = useState('');
  const [search] = useSearchState();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const entry = findEntry(typed);
  const groups: readonly CommandGroup[] = entry
    ? [
        {
          value: 'Entries',
          items: [
            {
              id: 'entry',
              label: entry.to === '/log' ? 'Open the call of this id' : 'Open the event of this id',
              group: 'Entries',
              run: () => void navigate({ to: entry.to, search: { ...keepShared(search), open: entry.open } }),
            },
          ],
        },
      ]
    : findCommands(commands, typed);
  const run = (command: Command): void => {
    onClose();
    // The dialog gives the focus back first, and the command may move it on.
    setTimeout(command.run);
  };
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog palette" aria-label="Commands" initialFocus={input}>
          <Autocomplete.Root
            open
            inline
            items={groups}
            filter={null}
            mode="none"
            autoHighlight="always"
            keepHighlight
            value={typed}
            onValueChange={(value, { reason }) => {
              if (reason !== 'item-press') setTyped(value);
            }}
            itemToStringValue={(command: Command) => command.label}
          >
            <Autocomplete.Input
              ref={input}
              className="input"
              aria-label="Find a command, or type an id"
              placeholder="A command, a range, a time zone, a view, or an id"
            />
            <Autocomplete.Empty className="muted">
              No command has all of these words, and they are no id.
            </Autocomplete.Empty>
            <Autocomplete.List className="palette-list" aria-label="Commands">
              {(group: CommandGroup) => (
                <Autocomplete.Group key={group.value} items={group.items}>
                  <Autocomplete.GroupLabel className="label">{group.value}</Autocomplete.GroupLabel>
                  <Autocomplete.Collection>
                    {(command: Command) => (
                      <Autocomplete.Item
                        key={command.id}
                        value={command}
                        className="palette-item"
                        onClick={() => run(command)}
                      >
                        <span>{command.label}</span>
                        {command.keys !== undefined && <Keys keys={command.keys} />}
                      </Autocomplete.Item>
                    )}
                  </Autocomplete.Collection>
                </Autocomplete.Group>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Keys one after the other. */
export function Keys({ keys }: { readonly keys: string }) {
  return (
    <span className="keys">
      {keys.split(' ').map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  );
}
