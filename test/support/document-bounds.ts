import { readConfig } from '../../src/config/load.ts';
import type { DocumentBounds } from '../../src/http/limits/document-bounds.ts';

/** The bounds of a document if no setting changes them. */
export const DEFAULT_DOCUMENT_BOUNDS: DocumentBounds = readDefaults();

function readDefaults(): DocumentBounds {
  const parsed = readConfig({});
  if (parsed.kind === 'faults') throw new Error(parsed.faults.join('\n'));
  return parsed.config.bounds;
}
