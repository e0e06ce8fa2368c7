import { RequestError } from '../../base/errors.ts';
import { describeWholeness, listCoverage } from './coverage-words.ts';
import type { CoveredSpan } from './coverage-words.ts';
import type { JsonSchema } from './input-schema.ts';

interface Counted {
  readonly from: string;
  readonly to: string;
  readonly groups: readonly {
    readonly key: readonly { readonly dimension: string; readonly value: string | null }[];
    readonly count: number;
  }[];
  readonly other: { readonly count: number } | null;
  readonly coverage: readonly CoveredSpan[];
}

/** How many groups are listed. */
const MAX_CHANGES = 15;
const DIGITS = 10_000;

const PERIOD: JsonSchema = {
  type: 'object',
  properties: { from: { type: 'string' }, to: { type: 'string' }, count: { type: 'integer' } },
  required: ['from', 'to', 'count'],
};

/** What a tool answers that compares a stretch of time with the one before. */
export const SPIKE_SCHEMA: JsonSchema = {
  type: 'object',
  properties: {
    spike: PERIOD,
    before: PERIOD,
    changes: {
      type: 'array',
      description: 'The groups whose share changed most, the largest change first. Shares are from 0 to 1.',
      items: {
        type: 'object',
        properties: {
          key: {
            type: 'array',
            items: {
              type: 'object',
              properties: { dimension: { type: 'string' }, value: { type: ['string', 'null'] } },
              required: ['dimension', 'value'],
            },
          },
          count: { type: 'integer' },
          countBefore: { type: 'integer' },
          share: { type: 'number' },
          shareBefore: { type: 'number' },
        },
        required: ['key', 'count', 'countBefore', 'share', 'shareBefore'],
      },
    },
    coverage: { type: 'array', items: { type: 'object' } },
  },
  required: ['spike', 'before', 'changes', 'coverage'],
};

/**
 * Compares two stretches by the shares of their groups.
 * @throws RequestError `BAD_USER_INPUT` if one of them was not read whole or the stretch is not over
 */
export function explainSpike(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { spike, before } = data as { readonly spike: Counted; readonly before: Counted };
  const coverage = listCoverage(data);
  const wholeness = describeWholeness(coverage, null, []);
  if (wholeness && !wholeness.isAll) throw refuseParts(wholeness.words, coverage);
  if (lengthOf(spike) !== lengthOf(before))
    throw new RequestError('BAD_USER_INPUT', "'to' lies in the future. Give an end in the past.", {
      argument: 'to',
    });
  if (spike.other || before.other)
    throw new RequestError(
      'BAD_USER_INPUT',
      'There are more than 500 groups, so that shares of some would be missing. Use fewer dimensions in by, or a narrower filter.',
      { argument: 'by' },
    );
  const counts = new Map<
    string,
    { key: Counted['groups'][number]['key']; count: number; countBefore: number }
  >();
  const add = ({ groups }: Counted, name: 'count' | 'countBefore'): number => {
    for (const { key, count } of groups) {
      const id = JSON.stringify(key.map(({ value }) => value));
      const sum = counts.get(id) ?? { key, count: 0, countBefore: 0 };
      sum[name] += count;
      counts.set(id, sum);
    }
    return groups.reduce((sum, { count }) => sum + count, 0);
  };
  const total = add(spike, 'count');
  const totalBefore = add(before, 'countBefore');
  const changes = [...counts.values()]
    .map((one) => ({
      ...one,
      share: shareOf(one.count, total),
      shareBefore: shareOf(one.countBefore, totalBefore),
    }))
    .sort(
      (a, b) =>
        Math.abs(b.share - b.shareBefore) - Math.abs(a.share - a.shareBefore) ||
        Math.abs(b.count - b.countBefore) - Math.abs(a.count - a.countBefore),
    )
    .slice(0, MAX_CHANGES);
  return {
    spike: { from: spike.from, to: spike.to, count: total },
    before: { from: before.from, to: before.to, count: totalBefore },
    changes,
    coverage,
  };
}

const shareOf = (count: number, total: number): number =>
  total === 0 ? 0 : Math.round((count / total) * DIGITS) / DIGITS;

const lengthOf = ({ from, to }: Counted): number => Date.parse(to) - Date.parse(from);

/** The words with the way out: an earlier end if only the newest part fills, otherwise a shorter stretch. */
function refuseParts(words: string, coverage: readonly CoveredSpan[]): RequestError {
  const gaps = coverage.filter(({ status }) => status !== 'COMPLETE');
  const filling = gaps.flatMap(({ status, from }) => (status === 'FILLING' && from ? [from] : [])).toSorted();
  const way =
    filling.length === gaps.length && filling[0]
      ? `Give a 'to' of ${filling[0]} or earlier.`
      : 'Ask for a shorter stretch or a narrower filter.';
  return new RequestError(
    'BAD_USER_INPUT',
    `Shares can't be compared, because the stretches were not read whole. ${words} ${way}`,
    { argument: 'to' },
  );
}
