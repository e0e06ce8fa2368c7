import { useLocation, useNavigate } from '@tanstack/react-router';
import { useSearchState } from '../state/use-search.ts';
import { carry, writeConditions } from './carry.ts';
import type { Carried, Conditions } from './carry.ts';

declare module '@tanstack/react-router' {
  interface HistoryState {
    /** Conditions of earlier pages that the page of this entry does not know. */
    readonly aside?: Conditions;
  }
}

const NONE: Conditions = {};

/** What goes along from this page to another one. */
export function useCarry(): (to: string) => Carried {
  const { pathname, state } = useLocation();
  const [search] = useSearchState();
  return (to) => carry(pathname, to, search, state.aside ?? NONE);
}

/** Says which conditions of the page before do not hold here, so that nobody takes the rows for filtered. */
export function SetAside() {
  const { state } = useLocation();
  const navigate = useNavigate();
  const words = writeConditions(state.aside ?? NONE);
  if (words === '') return null;
  return (
    <p className="notice" role="status">
      <span>
        Not applied here, because this page does not know it: {words}. It applies again on a page that does.
      </span>
      <button
        type="button"
        className="button"
        data-quiet=""
        onClick={() =>
          void navigate({ to: '.', search: true, state: { aside: NONE }, replace: true, resetScroll: false })
        }
      >
        Forget it
      </button>
    </p>
  );
}
