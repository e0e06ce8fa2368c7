import type { Range } from '../../base/range.ts';
import type { Source } from '../../base/source.ts';
import type { Coverage } from './coverage.ts';

/** The coverage of a filter that nothing can match: all of it is known, without a call. */
export function coverNothing(source: Source, range: Range): Coverage {
  return {
    source,
    operation: null,
    status: 'COMPLETE',
    ...range,
    asOfMs: null,
    scanned: 0,
    matched: 0,
    dropped: 0,
    code: null,
    reason: 'Nothing can match this filter, so the vendor was not asked.',
  };
}
