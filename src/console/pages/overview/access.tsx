import { nameSource } from '../../graph/failures.ts';
import { useService } from '../../state/service.ts';

type Source = 'USAGE' | 'EVENTS';

const SCOPES: Readonly<Record<Source, string>> = { USAGE: 'usage:read', EVENTS: 'events:read' };

/** Why this caller can't be shown a source, in words; null: they can. */
export function useAccess(source: Source): string | null {
  const { service, scopes } = useService();
  if (!scopes.has(SCOPES[source]))
    return `You lack the scope ${SCOPES[source]}, so nothing of the ${nameSource(source)} is shown.`;
  if (!service.sources.some((each) => each.source === source && each.configured))
    return `The ${nameSource(source)} is not configured: it has neither credentials nor a file.`;
  return null;
}
