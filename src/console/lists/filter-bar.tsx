import { Autocomplete } from '@base-ui/react/autocomplete';
import { useRef, useState } from 'react';
import { Icon } from '../shell/icons.tsx';
import { useService } from '../state/service.ts';
import { useSearchState } from '../state/use-search.ts';
import {
  addChip,
  clearChips,
  findFaults,
  keyOf,
  needsWords,
  readChips,
  readTyped,
  removeChip,
  suggest,
} from './chips.ts';
import type { FilterKey, Suggestion } from './chips.ts';
import { useKeyValues } from './facets.tsx';
import type { FacetSource } from './facets.tsx';

/** All conditions of a list as chips, and a line to type further ones: a key, a colon, a value. */
export function FilterBar({
  keys,
  sourceOf,
  hint,
}: {
  readonly keys: readonly FilterKey[];
  /** The source that counts the values of a key. */
  readonly sourceOf: (key: FilterKey) => FacetSource;
  /** Shown in the empty line. */
  readonly hint: string;
}) {
  const [search, change] = useSearchState();
  const { scopes } = useService();
  const [line, setLine] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const highlighted = useRef<Suggestion | undefined>(undefined);
  const input = useRef<HTMLInputElement>(null);
  const allowed = keys.filter(({ needs }) => needs === undefined || scopes.has(needs));
  const chips = readChips(keys, search);
  const faults = findFaults(keys, search, scopes);
  const typedKey = keyOf(allowed, line);
  const counted = useKeyValues(
    isOpen && !typedKey?.values ? typedKey : null,
    typedKey ? sourceOf(typedKey) : 'USAGE',
    search,
  );
  const suggestions = suggest(allowed, line, counted.values);
  const isShown = isOpen && suggestions.length > 0;

  const commit = (typed: string): void => {
    if (typed.trim() === '') return;
    const meant = readTyped(keys, typed);
    const named =
      keyOf(keys, typed) ?? keys.find(({ key }) => meant.kind === 'chip' && key === meant.chip.key);
    const missing = named && !allowed.includes(named) ? named.needs : undefined;
    if (named && missing !== undefined) return setFault(needsWords(named.label, missing));
    const read = readTyped(allowed, typed);
    if (read.kind === 'fault') return setFault(read.words);
    setFault(null);
    setLine('');
    setOpen(false);
    change(addChip(keys, search, read.chip));
  };

  return (
    <div className="filter-bar">
      <div className="filter-line" onClick={() => input.current?.focus()}>
        <Icon name="search" />
        {chips.map(({ key, value }) => (
          <span
            key={`${key} ${value}`}
            className="chip"
            data-bad={faults.some(({ chip }) => chip.key === key && chip.value === value) ? '' : undefined}
          >
            <span className="chip-key">{key}</span> {value}
            <button
              type="button"
              className="chip-remove"
              aria-label={`Remove ${key}: ${value}`}
              onClick={() => {
                change(removeChip(search, { key, value }));
                input.current?.focus();
              }}
            >
              <Icon name="close" />
            </button>
          </span>
        ))}
        <Autocomplete.Root
          items={suggestions}
          filter={null}
          mode="none"
          value={line}
          open={isShown}
          openOnInputClick
          itemToStringValue={(each: Suggestion) => each.line}
          onItemHighlighted={(each) => {
            highlighted.current = each;
          }}
          onOpenChange={setOpen}
          onValueChange={(value, { reason }) => {
            setFault(null);
            if (reason === 'item-press' && !value.endsWith(':')) return commit(value);
            setLine(value);
            // A key was chosen, and its values come next.
            if (reason === 'item-press') queueMicrotask(() => setOpen(true));
          }}
        >
          <Autocomplete.Input
            ref={input}
            className="filter-input"
            aria-label="Filter"
            placeholder={chips.length === 0 ? hint : ''}
            spellCheck={false}
            autoCapitalize="none"
            // A press on a suggestion leaves the focus here.
            onBlur={() => setOpen(false)}
            onKeyDown={(event) => {
              const last = chips.at(-1);
              if (event.key === 'Backspace' && line === '' && last) change(removeChip(search, last));
              if (event.key === 'Enter' && (!isOpen || highlighted.current === undefined)) {
                event.preventDefault();
                commit(line);
              }
            }}
          />
          {isShown && (
            <Autocomplete.Portal container={document.getElementById('main')}>
              <Autocomplete.Positioner
                className="positioner"
                sideOffset={6}
                align="start"
                collisionPadding={8}
              >
                {/* The library's own popup hides the whole page from those who listen while suggestions are open. */}
                <div className="popup menu" role="presentation" aria-busy={counted.fetching}>
                  <Autocomplete.List aria-label="Suggestions">
                    {(each: Suggestion) => (
                      <Autocomplete.Item key={each.line} value={each} className="menu-item">
                        <span className="menu-label">{each.label}</span>
                        <span className="muted menu-hint">{each.hint}</span>
                      </Autocomplete.Item>
                    )}
                  </Autocomplete.List>
                </div>
              </Autocomplete.Positioner>
            </Autocomplete.Portal>
          )}
        </Autocomplete.Root>
        {chips.length > 0 && (
          <button type="button" className="button" data-quiet="" onClick={() => change(clearChips(keys))}>
            Clear
          </button>
        )}
      </div>
      {fault !== null && (
        <p className="notice" data-kind="error" role="alert">
          {fault}
        </p>
      )}
      {faults.map(({ chip, words }) => (
        <p key={`${chip.key} ${chip.value}`} className="notice" data-kind="error" role="alert">
          {words}
        </p>
      ))}
    </div>
  );
}
