import { useNavigate } from '@tanstack/react-router';
import { clampSpan } from '../../charts/bucket.ts';
import { keepShared } from '../../state/search.ts';
import type { Search } from '../../state/search.ts';
import { useRange } from '../../state/use-range.ts';
import { toRange } from '../../time/span.ts';
import type { Span } from '../../time/span.ts';

const LISTS = { calls: '/log', events: '/events' } as const;

/** Opens the list of a stretch of time, with further conditions. */
export function useRows(source: keyof typeof LISTS): (bucket: Span | undefined, conditions?: Search) => void {
  const navigate = useNavigate();
  const { span } = useRange();
  return (bucket, conditions = {}) => {
    if (!bucket) return;
    void navigate({
      to: LISTS[source],
      search: (before: Search) => ({
        ...keepShared(before),
        last: undefined,
        step: undefined,
        ...toRange(clampSpan(bucket, span)),
        ...conditions,
      }),
    });
  };
}
