import { z } from 'zod';
import type { Source } from '../base/source.ts';
import { showName } from './finding.ts';

/** The kinds of values in JSON, as people call them. */
const KINDS = ['text', 'number', 'truth value', 'list', 'object'] as const;
type Kind = (typeof KINDS)[number];

/** What the doctor keeps between two looks at a vendor. It holds names only: of fields, and of the vendor's actions and categories. */
export const SHAPE = z.object({
  /** The fields of rows; `often`: most rows that were seen together had it. */
  fields: z.record(z.string(), z.object({ kinds: z.array(z.enum(KINDS)), often: z.boolean() })),
  actions: z.array(z.string()),
  categories: z.array(z.string()),
  /** null: not seen yet. */
  isOrdered: z.boolean().nullable(),
  countsAgree: z.boolean().nullable(),
});
export type Shape = z.infer<typeof SHAPE>;

/** One look at a vendor. */
export interface Sight {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly isOrdered: boolean | null;
  readonly countsAgree: boolean | null;
}

export const NOTHING_KNOWN: Shape = {
  fields: {},
  actions: [],
  categories: [],
  isOrdered: null,
  countsAgree: null,
};

/** With fewer rows it may be chance that a field is missing. */
const ENOUGH_ROWS = 20;
const OFTEN = 0.5;
/** A vendor that makes up names must not fill the memory. */
const MOST_NAMES = 2_000;

/** What has changed since the last look, a sentence each, and what is known from now on. The first look reports nothing. */
export function compareShape(
  source: Source,
  known: Shape,
  { rows, isOrdered, countsAgree }: Sight,
): { readonly drift: readonly string[]; readonly shape: Shape } {
  const isFirst = Object.keys(known.fields).length === 0;
  const drift: string[] = [];
  const report = (sentence: string): void => void (isFirst || drift.push(`${source}: ${sentence}`));
  const seen = listFields(rows);
  const fields: Record<string, Shape['fields'][string]> = { ...known.fields };

  for (const [name, { kinds, count }] of seen) {
    const before = fields[name];
    if (!before) report(`the field ${showName(name)} is new (${[...kinds].join(' or ') || 'always null'}).`);
    const added = [...kinds].filter((kind) => before && !before.kinds.includes(kind));
    if (before && before.kinds.length > 0 && added.length > 0)
      report(
        `the field ${showName(name)} was ${before.kinds.join(' or ')}, and is now also ${added.join(' or ')}.`,
      );
    if (!before && Object.keys(fields).length >= MOST_NAMES) continue;
    const often = count >= rows.length * OFTEN && rows.length >= ENOUGH_ROWS;
    fields[name] = {
      kinds: [...new Set([...(before?.kinds ?? []), ...kinds])],
      often: often || (before?.often ?? false),
    };
  }
  if (rows.length >= ENOUGH_ROWS) {
    for (const [name, { often }] of Object.entries(known.fields)) {
      if (!often || seen.has(name)) continue;
      report(`the field ${showName(name)} is gone: none of ${rows.length} rows has it.`);
      delete fields[name];
    }
  }
  const learnNames = (field: 'action' | 'category', names: readonly string[]): string[] => {
    const learnt = new Set(names);
    for (const value of rows.map((row) => row[field])) {
      if (source !== 'EVENTS' || typeof value !== 'string' || learnt.has(value) || learnt.size >= MOST_NAMES)
        continue;
      learnt.add(value);
      report(`the ${field} ${showName(value)} was never seen before.`);
    }
    return [...learnt];
  };
  const actions = learnNames('action', known.actions);
  const categories = learnNames('category', known.categories);
  if (known.isOrdered === true && isOrdered === false) report('rows no longer come newest first.');
  if (known.isOrdered === false && isOrdered === true) report('rows come newest first again.');
  if (known.countsAgree === true && countsAgree === false)
    report('the analytics no longer count what the log holds.');
  if (known.countsAgree === false && countsAgree === true)
    report('the analytics count what the log holds again.');
  return {
    drift,
    shape: {
      fields,
      actions,
      categories,
      isOrdered: isOrdered ?? known.isOrdered,
      countsAgree: countsAgree ?? known.countsAgree,
    },
  };
}

interface SeenField {
  readonly kinds: Set<Kind>;
  count: number;
}

function listFields(rows: Sight['rows']): ReadonlyMap<string, SeenField> {
  const seen = new Map<string, SeenField>();
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      const field = seen.get(name) ?? { kinds: new Set(), count: 0 };
      seen.set(name, field);
      field.count += 1;
      const kind = kindOf(value);
      if (kind) field.kinds.add(kind);
    }
  }
  return seen;
}

/** null has no kind: any field may be null. */
function kindOf(value: unknown): Kind | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return 'list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'truth value';
    case 'object':
      return 'object';
    default:
      return 'number';
  }
}
