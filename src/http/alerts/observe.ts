import { judge } from './condition.ts';
import type { Condition } from './condition.ts';
import type { AlertAnswer } from './ask.ts';
import type { Seen } from './rule.ts';

/** An entry of coverage with the fields that the operation selects. */
export type CoverageEntry = Readonly<Record<string, unknown>>;

/** What one answer says about an alert. */
export interface Observation {
  readonly seen: Seen;
  /** The value that decided; null: none did. */
  readonly value: number | null;
  /** Why it is unknown; null: it is not. */
  readonly reason: string | null;
  readonly coverage: readonly CoverageEntry[];
}

const WHOLE: ReadonlySet<unknown> = new Set(['COMPLETE', 'FILLING']);
/** Of a message. A reader needs the first ones to know what is missing. */
const MAX_ENTRIES = 20;

/** Coverage comes first: an answer that may lack something is unknown, whatever its numbers are. */
export function observe(answer: AlertAnswer, condition: Condition): Observation {
  const unknown = (reason: string, coverage: readonly CoverageEntry[] = []): Observation => ({
    seen: 'unknown',
    value: null,
    reason,
    coverage: coverage.slice(0, MAX_ENTRIES),
  });
  if (answer.kind === 'failure') return unknown(answer.reason);
  const stated = listStated(answer.data);
  const coverage = stated.coverage.slice(0, MAX_ENTRIES);
  const gaps = stated.coverage.filter(({ status }) => !WHOLE.has(status));
  const [gap] = gaps;
  if (gap) {
    const { source, status, reason } = gap;
    const where = typeof source === 'string' ? ` of ${source}` : '';
    const why = typeof reason === 'string' ? `: ${reason}` : '.';
    return unknown(`The coverage${where} is ${String(status)}${why}`, gaps);
  }
  const isSilent = Object.values(answer.data).some((part) => listStated(part).coverage.length === 0);
  if (isSilent) return unknown('The answer has no coverage.');
  if (!stated.isExact) return unknown('A count of the answer is not exact.', coverage);
  const verdict = judge(condition, answer.data);
  if (verdict.kind === 'empty') return unknown('The answer has no value for the condition.', coverage);
  return { seen: verdict.kind, value: verdict.value, reason: null, coverage };
}

interface Stated {
  readonly coverage: readonly CoverageEntry[];
  /** No count is a lower bound. An estimate of the vendor's series is a number that the vendor gives. */
  readonly isExact: boolean;
}

/** All that an answer says of its completeness, at each depth. The operation is known to ask for it by these names. */
function listStated(value: unknown): Stated {
  if (typeof value !== 'object' || value === null) return { coverage: [], isExact: true };
  if (Array.isArray(value)) return joinStated(value.map(listStated));
  const { coverage, accuracy, ...rest } = value as Readonly<Record<string, unknown>>;
  const below = joinStated(Object.values(rest).map(listStated));
  return {
    coverage: [...(Array.isArray(coverage) ? (coverage as readonly CoverageEntry[]) : []), ...below.coverage],
    isExact: accuracy !== 'AT_LEAST' && below.isExact,
  };
}

function joinStated(parts: readonly Stated[]): Stated {
  return {
    coverage: parts.flatMap(({ coverage }) => coverage),
    isExact: parts.every(({ isExact }) => isExact),
  };
}
