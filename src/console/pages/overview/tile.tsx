import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import type { ReactNode } from 'react';
import { keepShared } from '../../state/search.ts';
import type { Search } from '../../state/search.ts';
import { useComparison } from './series.ts';
import { writeShare } from '../../time/words.ts';

/** A figure of the range and of the period before. */
export interface Figure {
  readonly now: number | null | undefined;
  readonly before: number | null | undefined;
}

export interface TileProps {
  readonly label: string;
  readonly figure: Figure;
  readonly write: (value: number) => string;
  /** A rise of this figure is good, bad, or neither. */
  readonly rise: 'good' | 'bad' | 'neutral';
  /** Shares are compared by their difference in points, other figures by their ratio. */
  readonly isShare?: boolean;
  readonly isLoading: boolean;
  /** Why there is no figure. */
  readonly why?: string | undefined;
  /** Something small below the figure. */
  readonly note?: ReactNode;
  readonly to?: { readonly path: '/log' | '/events'; readonly search?: Search; readonly words: string };
  /** Further links below the first. */
  readonly more?: ReactNode;
  readonly source: 'calls' | 'events';
}

/** One figure of the range, with its change against the period before. */
export function Tile(props: TileProps) {
  const { label, figure, write, isLoading, why, note, to, more, source } = props;
  const id = useId();
  const isCompared = useComparison();
  const isKnown = typeof figure.now === 'number';
  return (
    <section className="tile" data-source={source} aria-labelledby={id} aria-busy={isLoading && !isKnown}>
      <h2 id={id}>{label}</h2>
      {isKnown ? (
        <p className="figure">{write(figure.now)}</p>
      ) : isLoading ? (
        <div className="skeleton" role="status" aria-label="Loading" />
      ) : (
        <p className="figure unknown">{why ?? 'not known'}</p>
      )}
      {isCompared && isKnown && <Change {...props} now={figure.now} before={figure.before ?? null} />}
      {note && <p className="tile-note">{note}</p>}
      {to && isKnown && (
        <Link
          to={to.path}
          search={(search: Search) => ({ ...keepShared(search), ...to.search })}
          className="tile-link"
        >
          {to.words}
        </Link>
      )}
      {isKnown && more}
    </section>
  );
}

function Change({
  now,
  before,
  write,
  rise,
  isShare = false,
}: TileProps & { readonly now: number; readonly before: number | null }) {
  if (before === null) return <p className="change">before: not known</p>;
  const difference = now - before;
  const words = isShare
    ? `${writePoints(Math.abs(difference))} points`
    : before === 0
      ? 'from none'
      : writeShare(Math.abs(difference) / before);
  const isSame = isShare ? Math.abs(difference) < 0.0005 : difference === 0;
  const isGood =
    isSame || rise === 'neutral' ? 'neutral' : difference > 0 === (rise === 'good') ? 'good' : 'bad';
  return (
    <p className="change" data-change={isGood}>
      {isSame ? (
        'the same'
      ) : (
        <>
          <Arrow isUp={difference > 0} />
          <span className="visually-hidden">{difference > 0 ? 'up' : 'down'}</span> {words}
        </>
      )}
      <span className="muted"> was {write(before)}</span>
    </p>
  );
}

const writePoints = (share: number): string => (share * 100).toFixed(1);

function Arrow({ isUp }: { readonly isUp: boolean }) {
  return (
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
      <path d={isUp ? 'M5 1l4 7H1z' : 'M5 9L1 2h8z'} fill="currentColor" />
    </svg>
  );
}
