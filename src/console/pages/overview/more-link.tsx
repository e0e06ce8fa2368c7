import { Link } from '@tanstack/react-router';
import { keepShared } from '../../state/search.ts';
import type { Search } from '../../state/search.ts';

/** Leads from a panel to a page that shows more of it, with the same range. */
export function MoreLink({
  to,
  search,
  words,
}: {
  readonly to: '/log' | '/events' | '/breakdown';
  readonly search: Search;
  readonly words: string;
}) {
  return (
    <Link to={to} search={(before: Search) => ({ ...keepShared(before), ...search })} className="button">
      {words}
    </Link>
  );
}
