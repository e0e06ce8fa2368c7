import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { Search } from './search.ts';

/** The address's search, and how to change keys of it; `undefined` removes a key. Each change is a step that 'back' undoes. */
export function useSearchState(): readonly [Search, (patch: Search, how?: { replace?: boolean }) => void] {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const change = useCallback(
    (patch: Search, { replace = false } = {}) => {
      void navigate({
        to: '.',
        search: (before: Search) => ({ ...before, ...patch }),
        // What the page was opened with stays with it.
        state: true,
        replace,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return [search, change];
}
