import { useMemo } from 'react';
import { useRange } from '../state/use-range.ts';
import { writeCompact } from '../time/words.ts';
import type { ValueAxisWords } from './plot.ts';

/** The axis of a chart that counts `what` in each bucket of the page's range. */
export function useCountAxis(what: string, most: number): ValueAxisWords {
  const { interval } = useRange();
  return useMemo(
    () => ({ kind: 'linear', most, title: `${what} per ${interval.toLowerCase()}`, write: writeCompact }),
    [what, most, interval],
  );
}
