import type { Figure, Figures } from './chart-plan.ts';
import type { UsageRow } from './log.ts';

/** The rows that a figure must count (`least`), and those that it may count (`most`). */
export interface Counted {
  readonly least: readonly UsageRow[];
  readonly most: readonly UsageRow[];
}

/** The figure that the log allows instead; null: the figure agrees with the log. */
export function judgeFigure(figure: Figure, figures: Figures, { least, most }: Counted): string | null {
  switch (figure) {
    case 'count': {
      const { count = null } = figures;
      return isBetween(count, least, most) ? null : describeBounds(least, most);
    }
    case 'elements': {
      const counts = new Map(figures.elements?.map(({ elementKey, count }) => [elementKey, count]));
      const names = new Set([...counts.keys(), ...least.map(({ element }) => element)]);
      return judgeParts(
        names,
        (name) => counts.get(name) ?? 0,
        (row) => row.element,
        { least, most },
      );
    }
    case 'statuses': {
      const { success = null, failed = null } = figures.statuses ?? {};
      const said = (name: string): number | null => (name === 'FAILED' ? failed : success);
      return judgeParts(new Set(['SUCCESS', 'FAILED']), said, (row) => row.status, { least, most });
    }
    case 'processTime':
      return judgeTimes(figures.processTime ?? null, { least, most });
  }
}

function judgeParts(
  names: ReadonlySet<string>,
  said: (name: string) => number | null,
  nameOf: (row: UsageRow) => string,
  { least, most }: Counted,
): string | null {
  for (const name of names) {
    const [fewest, more] = [least, most].map((rows) => rows.filter((row) => nameOf(row) === name));
    if (fewest && more && !isBetween(said(name), fewest, more))
      return `${describeBounds(fewest, more)} of ${name}`;
  }
  return null;
}

function judgeTimes(
  said: NonNullable<Figures['processTime']> | null,
  { least, most }: Counted,
): string | null {
  if (!said) return least.length > 0 ? `${least.length} calls` : null;
  if (most.length === 0) return 'no calls';
  const times = most.map(({ processTime }) => processTime);
  const [min, max] = [Math.min(...times), Math.max(...times)];
  const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
  // If the figure may or may not count some rows, only its bounds can be checked.
  const isRight =
    least.length < most.length
      ? said.min >= min && said.max <= max
      : said.min === min && said.max === max && Math.abs(said.avg - mean) < 1e-6 * mean;
  return isRight ? null : `${min} to ${max} ms, ${mean} on average`;
}

function isBetween(value: number | null, least: readonly unknown[], most: readonly unknown[]): boolean {
  return value !== null && value >= least.length && value <= most.length;
}

function describeBounds(least: readonly unknown[], most: readonly unknown[]): string {
  return least.length === most.length ? `${most.length}` : `${least.length} to ${most.length}`;
}
