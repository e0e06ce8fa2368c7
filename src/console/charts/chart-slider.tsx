import type { ReactNode, Ref } from 'react';
import type { useCursor } from './use-cursor.ts';

/** A chart that keys can read. For those who listen it is a slider over its buckets, because its value is announced as it moves. */
export function ChartSlider({
  label,
  describedBy,
  says,
  count,
  cursor,
  measure,
  className = 'chart-cursor',
  isHidden = false,
  children,
}: {
  readonly label: string;
  /** The id of what explains its keys. */
  readonly describedBy?: string;
  /** Its value in words. */
  readonly says: string;
  /** How many buckets it has. */
  readonly count: number;
  readonly cursor: ReturnType<typeof useCursor>;
  /** Learns its element, such as `useWidth` does. */
  readonly measure: Ref<HTMLDivElement>;
  readonly className?: string;
  readonly isHidden?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <div
      ref={measure}
      hidden={isHidden}
      className={className}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-describedby={describedBy}
      aria-orientation="horizontal"
      aria-valuemin={0}
      aria-valuemax={Math.max(0, count - 1)}
      aria-valuenow={cursor.at ?? 0}
      aria-valuetext={says}
      onKeyDown={cursor.onKeyDown}
      onBlur={() => cursor.moveTo(null)}
    >
      {children}
    </div>
  );
}
