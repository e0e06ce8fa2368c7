import { useSearchState } from '../state/use-search.ts';
import { one } from '../state/search.ts';
import { writeCount, writeLength } from '../time/words.ts';
import type { Fresh } from './fresh-rows.ts';
import type { LiveRow, LiveState } from './use-live.ts';

/** Turns the stream of new entries on and off, and says how it is. */
export function LiveSwitch({ state }: { readonly state: LiveState }) {
  const [search, change] = useSearchState();
  const isOn = one(search, 'live') === '1';
  return (
    <button
      type="button"
      role="switch"
      aria-checked={isOn}
      className="button live"
      data-pressed={isOn ? '' : undefined}
      onClick={() => change({ live: isOn ? undefined : '1' }, { replace: true })}
    >
      <span className="live-mark" data-state={state.kind} aria-hidden="true" />
      Live
      <span className="muted">{isOn ? stateWords(state) : 'off'}</span>
    </button>
  );
}

function stateWords(state: LiveState): string {
  switch (state.kind) {
    case 'off':
      return 'waiting';
    case 'connecting':
      return 'connecting';
    case 'connected':
      return 'connected';
    case 'trying':
      return `cut, trying again in ${writeLength(state.inMs)}`;
    case 'refused':
      return 'refused';
  }
}

/** Says what has come. It is shown when the reader wants it, so that nothing moves under them. */
export function FreshNote({
  fresh,
  state,
  why,
  show,
  readAnew,
}: {
  readonly fresh: Fresh<LiveRow>;
  readonly state: LiveState;
  /** Why this list can't be followed; null: it can. */
  readonly why: { readonly words: string; readonly action: string; readonly act: () => void } | null;
  readonly show: () => void;
  readonly readAnew: () => void;
}) {
  const rows = fresh.waiting.filter(({ kind }) => kind === 'fresh').length;
  const gaps = fresh.waiting.length - rows;
  return (
    <div className="fresh" role="status" aria-live="polite">
      {why && (
        <div className="notice">
          <p>{why.words}</p>
          <button type="button" className="button" onClick={why.act}>
            {why.action}
          </button>
        </div>
      )}
      {state.kind === 'refused' && (
        <p className="notice" data-kind="error">
          The stream was refused. {state.failure.message} <code>{state.failure.code}</code>
        </p>
      )}
      {fresh.isOverfull ? (
        <button type="button" className="button" data-main="" onClick={readAnew}>
          More came than can be kept. Read the list again
        </button>
      ) : (
        fresh.waiting.length > 0 && (
          <button type="button" className="button" data-main="" onClick={show}>
            {rows > 0 ? `${writeCount(rows)} new` : ''}
            {rows > 0 && gaps > 0 ? ' and ' : ''}
            {gaps > 0 ? `${gaps} ${gaps === 1 ? 'gap' : 'gaps'}` : ''}: show
          </button>
        )
      )}
    </div>
  );
}
