import type { Range } from '../../base/range.ts';
import type { Source } from '../../base/source.ts';
import type { UpstreamError } from '../../base/upstream-error.ts';
import type { Coverage } from './coverage.ts';

/** The coverage of a stretch that could not be read. */
export function coverFailure(source: Source, range: Range, error: UpstreamError): Coverage {
  return {
    source,
    operation: null,
    status: 'FAILED',
    ...range,
    asOfMs: null,
    scanned: null,
    matched: null,
    dropped: 0,
    code: error.code === 'SOURCE_NOT_CONFIGURED' ? 'NOT_CONFIGURED' : 'UPSTREAM',
    reason: error.message,
  };
}
