import type { ReactNode } from 'react';
import { nameSource } from '../graph/failures.ts';
import { useService } from '../state/service.ts';

const SCOPES = { USAGE: 'usage:read', EVENTS: 'events:read' } as const;

/** Shows a list if at least one of its sources can be asked, else says why none can. */
export function Available({
  sources,
  children,
}: {
  readonly sources: readonly ('USAGE' | 'EVENTS')[];
  readonly children: ReactNode;
}) {
  const { scopes, service } = useService();
  const reasons = sources.flatMap((source) => {
    if (!scopes.has(SCOPES[source]))
      return [
        `To read the ${nameSource(source)} you need the scope ${SCOPES[source]}. Ask your operator for it.`,
      ];
    const isConfigured = service.sources.some((each) => each.source === source && each.configured);
    return isConfigured
      ? []
      : [`This service has no credentials for the ${nameSource(source)}. Its operator sets them.`];
  });
  if (reasons.length < sources.length) return children;
  return (
    <div className="empty" role="status">
      {reasons.map((words) => (
        <p key={words}>{words}</p>
      ))}
    </div>
  );
}
