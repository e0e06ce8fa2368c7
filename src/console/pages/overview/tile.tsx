import { Link } from '@tanstack/react-router';
import { useId } from 'react';
import type { ReactNode } from 'react';
import { keepShared } from '../../state/search.ts';
import type { Search } from '../../state/search.ts';
import { useComparison } from './series.ts';
import { compareFigures } from './change.ts';
import type { Comparison } from './change.ts';

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
export function Tile({
  label,
  figure,
  write,
  rise,
  isShare = false,
  isLoading,
  why,
  note,
  to,
  more,
  source,
}: TileProps) {
  const id = useId();
  const isCompared = useComparison();
  const isKnown = typeof figure.now === 'number';
  const change =
    isCompared && typeof figure.now === 'number' && typeof figure.before === 'number'
      ? compareFigures({ now: figure.now, before: figure.before, write, isShare })
      : null;
  return (
    <section className="tile" data-source={source} aria-labelledby={id} aria-busy={isLoading && !isKnown}>
      <h2 id={id}>{label}</h2>
      {isKnown ? (
        <p className="figure">{change?.now ?? write(figure.now)}</p>
      ) : isLoading ? (
        <div className="skeleton" role="status" aria-label="Loading" />
      ) : (
        <p className="figure unknown">{why ?? 'not known'}</p>
      )}
      {isCompared && isKnown && <Change change={change} rise={rise} />}
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
  change,
  rise,
}: {
  /** null: the figure of the period before is not known. */
  readonly change: Comparison | null;
  readonly rise: TileProps['rise'];
}) {
  if (change === null) return <p className="tile-change">before: not known</p>;
  const { before, by, direction } = change;
  const isUp = direction === 'up';
  const isGood =
    direction === 'same' || rise === 'neutral' ? 'neutral' : isUp === (rise === 'good') ? 'good' : 'bad';
  return (
    <p className="tile-change" data-change={isGood}>
      {direction === 'same' ? (
        'the same,'
      ) : (
        <>
          <Arrow isUp={isUp} />
          <span className="visually-hidden">{direction}</span> {by}
        </>
      )}
      <span className="muted"> was {before}</span>
    </p>
  );
}

function Arrow({ isUp }: { readonly isUp: boolean }) {
  return (
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
      <path d={isUp ? 'M5 1l4 7H1z' : 'M5 9L1 2h8z'} fill="currentColor" />
    </svg>
  );
}
