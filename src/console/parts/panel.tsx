import { useId } from 'react';
import type { ReactNode } from 'react';
import type { FragmentType } from '../generated/fragment-masking.ts';
import type { PanelAnswer } from '../graph/use-panel-query.ts';
import { AskedNote } from './asked.tsx';
import { CoverageNote } from './coverage.tsx';
import type { COVERAGE_FIELDS } from './coverage.tsx';
import { Failures } from './failures.tsx';

/**
 * One answer with its frame: whether it is complete, what it asked, what failed. While the first answer is awaited it shows the outline
 * of one. A later answer replaces the earlier one when it has come; until then the earlier one is pale, because it may be of another range.
 */
export function Panel<Data>({
  title,
  answer,
  coverage,
  height = 160,
  actions,
  tools,
  children,
}: {
  readonly title: string;
  readonly answer: PanelAnswer<Data>;
  readonly coverage?: readonly FragmentType<typeof COVERAGE_FIELDS>[] | undefined;
  /** Of the outline, in pixels. */
  readonly height?: number;
  readonly actions?: ReactNode;
  /** Beside what it asked. */
  readonly tools?: ReactNode;
  readonly children: (data: Data) => ReactNode;
}) {
  const id = useId();
  const { data, error, fetching, asked, retry } = answer;
  return (
    <section className="panel" aria-labelledby={id} aria-busy={fetching}>
      <header>
        <h2 id={id}>{title}</h2>
        {fetching && data !== undefined && (
          <span className="muted small" role="status">
            Reading…
          </span>
        )}
        {actions}
        <span className="tools">
          {tools}
          {coverage && <CoverageNote of={coverage} />}
          <AskedNote asked={[asked]} />
        </span>
      </header>
      <div className="body" data-outdated={fetching && data !== undefined ? '' : undefined}>
        <Failures error={error} retry={retry} />
        {data && children(data)}
        {!data && !error && (
          <div className="skeleton" style={{ height }} role="status" aria-label="Loading" />
        )}
      </div>
    </section>
  );
}
