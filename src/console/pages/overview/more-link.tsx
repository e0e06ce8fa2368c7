import { Link } from '@tanstack/react-router';
import { keepShared } from '../../state/search.ts';
import type { Search } from '../../state/search.ts';
import { useRange } from '../../state/use-range.ts';
import { writeSpike } from '../breakdown/spike-span.ts';

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

/** Leads to how the failures of the range differ from those of the time before. The page scrolls to the answer by itself. */
export function WhatIsDifferent({ className }: { readonly className: string }) {
  const { span } = useRange();
  return (
    <Link
      to="/breakdown"
      search={(before: Search) => ({ ...keepShared(before), status: 'failed', spike: writeSpike(span) })}
      resetScroll={false}
      className={className}
    >
      What is different?
    </Link>
  );
}
