import { writeShare } from '../../time/words.ts';

/** Both figures in words, and how the first differs from the second. */
export interface Comparison {
  readonly now: string;
  readonly before: string;
  /** null: they are the same. */
  readonly by: string | null;
  readonly direction: 'up' | 'down' | 'same';
}

/** Shares are compared by their difference in points, other figures by their ratio. */
export function compareFigures({
  now,
  before,
  write,
  isShare = false,
}: {
  readonly now: number;
  readonly before: number;
  readonly write: (value: number) => string;
  readonly isShare?: boolean;
}): Comparison {
  // What is shown is compared, so that figures that look alike are called the same.
  const difference = isShare ? (perMille(now) - perMille(before)) / 10 : now - before;
  const isNear = isShare && Math.abs(difference) < 1;
  const direction = difference === 0 ? 'same' : difference > 0 ? 'up' : 'down';
  const size = Math.abs(difference);
  const by = isShare ? `${size.toFixed(1)} points` : before === 0 ? 'from none' : writeShare(size / before);
  return {
    now: isNear ? writeDecimal(now) : write(now),
    before: isNear ? writeDecimal(before) : write(before),
    by: direction === 'same' ? null : by,
    direction,
  };
}

const perMille = (share: number): number => Math.round(share * 1_000);
const writeDecimal = (share: number): string => `${(perMille(share) / 10).toFixed(1)}%`;
