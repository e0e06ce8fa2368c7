import { SOURCES } from '../../base/source.ts';
import type { Source } from '../../base/source.ts';
import type { Range } from '../../base/time.ts';
import type { Page } from '../../sources/paging/page.ts';
import type { TimelineFilter } from '../../sources/timeline/filter.ts';
import type { Scope, Viewer } from '../access.ts';

/** The scope that a caller needs for the entries of each source. */
const SCOPE_OF = { USAGE: 'usage:read', EVENTS: 'events:read' } as const satisfies Record<Source, Scope>;

/** The sources that a filter asks for: those that the viewer may read, and the others. */
export function splitSources(
  { sources = SOURCES }: TimelineFilter,
  viewer: Viewer,
): { readonly readable: readonly Source[]; readonly forbidden: readonly Source[] } {
  const mayRead = (source: Source): boolean => viewer.scopes.has(SCOPE_OF[source]);
  return {
    readable: sources.filter(mayRead),
    forbidden: SOURCES.filter((source) => sources.includes(source) && !mayRead(source)),
  };
}

/** Adds a FORBIDDEN span to the page's coverage for each source that was not read. It is as long as the other sources' spans. */
export function coverForbidden<Row>(page: Page<Row>, forbidden: readonly Source[], range: Range): Page<Row> {
  if (forbidden.length === 0) return page;
  const { coverage } = page;
  const examined =
    coverage.length > 0
      ? {
          fromMs: Math.min(...coverage.map(({ fromMs }) => fromMs)),
          toMs: Math.max(...coverage.map(({ toMs }) => toMs)),
        }
      : range;
  const added = forbidden.map((source) => ({
    source,
    operation: null,
    status: 'FAILED' as const,
    ...examined,
    asOfMs: null,
    origin: 'NONE' as const,
    scanned: null,
    matched: null,
    dropped: 0,
    code: 'FORBIDDEN' as const,
    reason: `Entries of ${source} need the scope ${SCOPE_OF[source]}, which this caller does not have.`,
  }));
  return { ...page, coverage: [...coverage, ...added] };
}
