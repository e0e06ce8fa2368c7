import { Link } from '@tanstack/react-router';
import { keepShared } from '../../state/search.ts';
import type { Search } from '../../state/search.ts';
import type { BrokenDown } from './dimensions.ts';
import { keepFilters } from './rows-of.ts';

/** Leads from a list to the break-down of exactly its rows. The link of the menu keeps the range only. */
export function BreakDownLink({ source }: { readonly source: BrokenDown }) {
  return (
    <Link
      to="/breakdown"
      className="button"
      search={(before: Search): Search => ({
        ...keepShared(before),
        ...keepFilters(source, before),
        of: source === 'calls' ? undefined : source,
      })}
    >
      Break these down
    </Link>
  );
}
