import './views.css';
import { Dialog } from '@base-ui/react/dialog';
import { Link, useLocation } from '@tanstack/react-router';
import { useState } from 'react';
import { parseSearch } from '../state/search.ts';
import { useRange } from '../state/use-range.ts';
import { useSearchState } from '../state/use-search.ts';
import { writeSpan, writeZone } from '../time/words.ts';
import { createView, isRelative, keepView, readViews, removeView, renameView } from './views.ts';
import type { View } from './views.ts';

const KINDS = { absolute: 'fixed range', relative: 'range up to now' } as const;

/** The reader's own views: open, share, rename, delete; and the page as it is, to keep or to share. */
export function ViewsDialog({ onClose }: { readonly onClose: () => void }) {
  const [views, setViews] = useState(readViews);
  const [fault, setFault] = useState<string | null>(null);
  const update = (isKept: boolean, words: string): void => {
    setFault(isKept ? null : words);
    setViews(readViews());
  };
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog views">
          <Dialog.Title>Views</Dialog.Title>
          <SaveForm
            onSave={(view) =>
              update(keepView(view), 'This browser keeps nothing for this site, so share the link.')
            }
          />
          {fault !== null && (
            <p className="notice" data-kind="error" role="alert">
              {fault}
            </p>
          )}
          <h3>Kept in this browser</h3>
          {views.length === 0 ? (
            <p className="muted">None yet.</p>
          ) : (
            <ul className="view-list">
              {views.map((view) => (
                <ViewItem
                  key={view.name}
                  view={view}
                  onOpen={onClose}
                  onRename={(name) =>
                    update(renameView(view.name, name), 'There is a view of this name. Choose another one.')
                  }
                  onRemove={() => update(removeView(view.name), 'This browser lets nothing be removed.')}
                />
              ))}
            </ul>
          )}
          <Dialog.Close className="button">Close</Dialog.Close>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function SaveForm({ onSave }: { readonly onSave: (view: View) => void }) {
  const { pathname } = useLocation();
  const { span, timeZone } = useRange();
  const [search] = useSearchState();
  const [name, setName] = useState('');
  const canFollow = isRelative(search);
  const [kind, setKind] = useState<View['kind']>('absolute');
  const view = createView(kind, name.trim(), pathname, search, span, timeZone);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onSave(view);
        setName('');
      }}
    >
      <fieldset className="choices">
        <legend className="label">This page, when it is opened on another day</legend>
        <label className="choice">
          <input
            type="radio"
            name="kind"
            checked={kind === 'absolute'}
            onChange={() => setKind('absolute')}
          />
          shows the same: {writeSpan(span, timeZone)} {writeZone(span.toMs, timeZone)}
        </label>
        <label className="choice">
          <input
            type="radio"
            name="kind"
            disabled={!canFollow}
            checked={kind === 'relative'}
            onChange={() => setKind('relative')}
          />
          {canFollow
            ? 'shows the newest: the same length up to then'
            : 'shows the newest (its range has a fixed end)'}
        </label>
      </fieldset>
      <ShareLink view={view} />
      <div className="row">
        <label className="row">
          <span className="label">Name</span>
          <input
            className="input view-name"
            required
            value={name}
            onChange={({ target }) => setName(target.value)}
          />
        </label>
        <button type="submit" className="button" data-main="">
          Keep
        </button>
      </div>
    </form>
  );
}

function ShareLink({ view }: { readonly view: View }) {
  const [words, setWords] = useState('');
  const link = `${location.origin}${view.path}${view.search}`;
  return (
    <div className="row">
      <label className="row share">
        <span className="label">Link</span>
        <input className="input" readOnly value={link} onFocus={({ target }) => target.select()} />
      </label>
      <button type="button" className="button" onClick={() => void copyText(link).then(setWords)}>
        Copy link
      </button>
      <span className="muted" role="status">
        {words}
      </span>
    </div>
  );
}

/** A page that came without TLS has no clipboard. */
async function copyText(text: string): Promise<string> {
  if (!globalThis.isSecureContext) return 'Select the link and copy it: without TLS the page may not.';
  return navigator.clipboard.writeText(text).then(
    () => 'Copied.',
    () => 'The browser does not let the page copy. Select the link and copy it.',
  );
}

function ViewItem({
  view,
  onOpen,
  onRename,
  onRemove,
}: {
  readonly view: View;
  readonly onOpen: () => void;
  readonly onRename: (name: string) => void;
  readonly onRemove: () => void;
}) {
  const [name, setName] = useState<string | null>(null);
  if (name !== null)
    return (
      <li>
        <form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() !== view.name) onRename(name.trim());
            setName(null);
          }}
        >
          <label className="row">
            <span className="label">New name</span>
            {/* The reader has just asked to write here. */}
            <input
              className="input view-name"
              required
              ref={(input) => input?.focus()}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          </label>
          <button type="submit" className="button">
            Rename
          </button>
        </form>
      </li>
    );
  return (
    <li className="row">
      <Link to={view.path} search={parseSearch(view.search)} onClick={onOpen} className="view-link">
        {view.name}
      </Link>
      <span className="muted">{KINDS[view.kind]}</span>
      <button
        type="button"
        className="button"
        data-quiet=""
        aria-label={`Rename ${view.name}`}
        onClick={() => setName(view.name)}
      >
        Rename
      </button>
      <button
        type="button"
        className="button"
        data-quiet=""
        aria-label={`Delete ${view.name}`}
        onClick={onRemove}
      >
        Delete
      </button>
    </li>
  );
}
