import type { ArchiveFigures, WantedFigures } from '../../sources/paging/archived-rows.ts';
import type { Group, GroupKey, Groups } from '../../sources/shared/groups.ts';
import type { Condition, SqlValue } from './conditions.ts';
import type { Read } from './connections.ts';
import type { Database } from './database.ts';
import { figuresOf, NO_FIGURES, readFigures, ROWS, SUMS } from './figures.ts';

/** SQL of the values of a row in one dimension: one value, or a list of values in each of which the row counts. */
export type DimensionSql = { readonly value: string } | { readonly list: string };

/** Which rows to group, and how. */
export interface GroupsQuery {
  readonly table: string;
  /** SQL of the columns that dimensions and figures read. */
  readonly columns: string;
  readonly condition: Condition;
  /** Further rows as JSON, and the SQL that takes it as its one `?`; null: none. */
  readonly extra: { readonly json: string; readonly sql: string } | null;
  readonly by: readonly DimensionSql[];
  readonly edges: readonly number[] | null;
  readonly top: number;
  readonly wanted: WantedFigures;
  /** SQL of the status and of the process time; null: the rows have none. */
  readonly figures: { readonly status: string; readonly processTime: string } | null;
}

/** A `with` clause that ends in the relation `r`, whose keys, buckets and figures are read. */
interface Source {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/**
 * Groups rows in the database as `createBreakdown` groups them here. Percentiles are those of the rows, so they are exact also if
 * a part of the rows is given as JSON. Without percentiles the rows are read once, into sums that are then added up.
 */
export async function queryGroups(database: Database, query: GroupsQuery): Promise<Groups<ArchiveFigures>> {
  const { by, edges, wanted } = query;
  const keys = by.map((_, at) => `k${at}`);
  const rows = selectRows(query, keys);
  return database.readTogether(async (read) => {
    if (wanted.has('PROCESS_TIME')) return readGroups(read, query, keys, rows, figuresOf(wanted, ROWS));
    const names = [...keys, ...(edges ? ['bucket'] : [])].join(', ');
    await read(
      `create temp table sums as ${rows.sql} select ${names}, ${figuresOf(wanted, ROWS)} from r group by all`,
      rows.values,
    );
    return readGroups(
      read,
      query,
      keys,
      { sql: 'with r as (select * from sums)', values: [] },
      figuresOf(wanted, SUMS),
    );
  });
}

async function readGroups(
  read: Read,
  { edges, top }: GroupsQuery,
  keys: readonly string[],
  all: Source,
  figures: string,
): Promise<Groups<ArchiveFigures>> {
  const order = keys.map((key) => `${key} nulls last`).join(', ');
  const totals = await read(
    `${all.sql} select ${keys.join(', ')}, ${figures} from r group by all order by n desc, ${order} limit ${top + 1}`,
    all.values,
  );
  const shown = totals.slice(0, top).map((row) => ({
    key: row.slice(0, keys.length).map((value) => (value === null ? null : String(value))),
    total: readFigures(row.slice(keys.length)),
  }));
  const isCut = totals.length > top;
  const names = JSON.stringify(shown.map(({ key }) => key));
  const shownSql = `shown as (select ${keys.map((key, at) => `list_extract(one, ${at + 1}) as ${key}`).join(', ')}
    from (select unnest(json_transform(?, '[["VARCHAR"]]')) as one))`;
  const isShown = `exists (select 1 from shown where ${keys.map((key) => `shown.${key} is not distinct from r.${key}`).join(' and ')})`;

  const bucketsOf = new Map<string, Map<number, ArchiveFigures>>();
  if (edges && shown.length > 0) {
    const rows = await read(
      `${all.sql}, ${shownSql} select ${keys.join(', ')}, bucket, ${figures} from r where ${isCut ? isShown : 'len(?) > 0'} group by all`,
      [...all.values, names, ...(isCut ? [] : [names])],
    );
    for (const row of rows) {
      const name = JSON.stringify(row.slice(0, keys.length));
      const buckets = bucketsOf.get(name) ?? new Map<number, ArchiveFigures>();
      bucketsOf.set(name, buckets.set(Number(row[keys.length]), readFigures(row.slice(keys.length + 1))));
    }
  }
  const show = (
    key: GroupKey,
    total: ArchiveFigures,
    buckets: ReadonlyMap<number, ArchiveFigures> | undefined,
  ): Group<ArchiveFigures> => ({
    key,
    total,
    buckets: edges && Array.from({ length: edges.length - 1 }, (_, at) => buckets?.get(at) ?? NO_FIGURES),
  });
  return {
    groups: shown.map(({ key, total }) => show(key, total, bucketsOf.get(JSON.stringify(key)))),
    other: isCut ? await readOther() : null,
  };

  async function readOther(): Promise<Group<ArchiveFigures>> {
    const sets = edges ? 'grouping sets ((), (bucket))' : '()';
    const bucket = edges ? 'bucket' : 'null';
    const rows = await read(
      `${all.sql}, ${shownSql} select ${bucket}, ${figures} from r where not ${isShown} group by ${sets}`,
      [...all.values, names],
    );
    const buckets = new Map(
      rows.filter(([at]) => at !== null).map(([at, ...row]) => [Number(at), readFigures(row)] as const),
    );
    const [, ...total] = rows.find(([at]) => at === null)!;
    return show([], readFigures(total), buckets);
  }
}

/** `with r as (…)`: the rows with their keys, figures and buckets. */
function selectRows(
  { table, columns, condition, extra, by, edges, figures }: GroupsQuery,
  keys: readonly string[],
): Source {
  const listed = by.flatMap((dimension, at) =>
    'list' in dimension
      ? [
          `, unnest(case when len(${dimension.list}) > 0 then ${dimension.list} else [null] end) as t${at}(${keys[at]})`,
        ]
      : [],
  );
  const valued = by.map((dimension, at) =>
    'value' in dimension ? `${dimension.value} as ${keys[at]}` : `${keys[at]}`,
  );
  const { status, processTime } = figures ?? { status: 'null::VARCHAR', processTime: 'null::BIGINT' };
  const bucket = edges ? bucketSql(edges) : null;
  const rows = `select ${columns} from ${table} where ${condition.sql}`;
  const further = extra ? ` union all by name select ${columns} from (${extra.sql})` : '';
  return {
    sql: `with s as (${rows}${further}), b as (
      select s.*${bucket ? `, ${bucket.sql} as bucket` : ''} from s${bucket?.join ?? ''}
    ), r as (
      select ${valued.join(', ')}, at_ms, ${status} as status, ${processTime} as ms${bucket ? ', bucket' : ''}
      from b${listed.join('')})`,
    values: [...condition.values, ...(extra ? [extra.json] : []), ...(bucket?.values ?? [])],
  };
}

/** SQL of the bucket's place. Buckets of one length are reckoned, because that is quicker than a search. */
function bucketSql(edges: readonly number[]): {
  readonly sql: string;
  readonly join: string;
  readonly values: readonly SqlValue[];
} {
  const [first = 0, second = first + 1] = edges;
  const step = second - first;
  if (edges.every((edge, at) => edge === first + at * step))
    return { sql: `(at_ms - ${first}) // ${step}`, join: '', values: [] };
  return {
    sql: 'e.place',
    join: ` asof join (select unnest(json_transform(?, '["BIGINT"]')) as edge, unnest(range(${edges.length})) as place) e on at_ms >= e.edge`,
    values: [JSON.stringify(edges)],
  };
}
