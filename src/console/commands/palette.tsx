import './commands.css';
import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { keepShared } from '../state/search.ts';
import type { Search } from '../state/search.ts';
import { useService } from '../state/service.ts';
import { useSearchState } from '../state/use-search.ts';
import { chooseCommand, findCommands, findEntry } from './command.ts';
import type { Command, CommandGroup } from './command.ts';
import { findLookups } from './lookups.ts';

/** All commands in one line to type in. An id that is typed leads to its entry, and an address or a user to their lists. */
export function Palette({
  commands,
  onClose,
}: {
  readonly commands: readonly Command[];
  readonly onClose: () => void;
}) {
  const [typed, setTyped] = useState('');
  const [search] = useSearchState();
  const { scopes } = useService();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const marked = useRef<{ readonly typed: string; readonly id: string } | null>(null);
  const findGroups = (text: string): readonly CommandGroup[] => {
    const go = (id: string, label: string, to: string, patch: Search): Command => ({
      id,
      label,
      group: 'Entries',
      run: () => void navigate({ to, search: { ...keepShared(search), ...patch } }),
    });
    const entry = findEntry(text);
    if (entry) {
      const label = entry.to === '/log' ? 'Open the call of this id' : 'Open the event of this id';
      return [{ value: 'Entries', items: [go('entry', label, entry.to, { open: entry.open })] }];
    }
    const lookups = findLookups(text, scopes).map((each) => go(each.label, each.label, each.to, each.search));
    return [
      ...findCommands(commands, text),
      ...(lookups.length > 0 ? [{ value: 'Entries', items: lookups }] : []),
    ];
  };
  const groups = findGroups(typed);
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
            onItemHighlighted={(command: Command | undefined) => {
              marked.current = command ? { typed, id: command.id } : null;
            }}
            itemToStringValue={(command: Command) => command.label}
          >
            <Autocomplete.Input
              ref={input}
              className="input"
              aria-label="Find a command, or type an id, an address or a user"
              placeholder="A command, a range, a view, an id, an address, a user"
              onKeyDown={(event) => {
                if (event.key !== 'Enter') return;
                // The list may still be that of an earlier text, and the library would run what is marked in it.
                event.preventBaseUIHandler();
                event.preventDefault();
                const text = event.currentTarget.value;
                const chosen = chooseCommand(findGroups(text), text, marked.current);
                if (chosen) run(chosen);
              }}
            />
            <Autocomplete.Empty className="muted">
              No command has all of these words, and they are no id, address or user.
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
