const STEP_MS = 600_000;
/** How far back generated data reaches. */
export const GENERATED_MS = 35 * 86_400_000;

/**
 * A relation `times(i, happened_at, step_at)`: exactly `rows` instants over the 35 days before `nowMs`, more of them in the daytime
 * (UTC) and on working days, numbered from 0 in the order of their ten-minute steps.
 */
export function rhythmSql(rows: number, nowMs: number): string {
  const startMs = nowMs - GENERATED_MS;
  return `
    select i, epoch_ms((epoch_ms(step_at) + floor(chance(i, 40) * ${STEP_MS}))::bigint) as happened_at
    from (
      select step_at, unnest(range(coalesce(lag(upto) over (order by step_at), 0)::bigint, upto)) as i
      from (
        select step_at, round(${rows} * (sum(weight) over (order by step_at)) / (sum(weight) over ()))::bigint as upto
        from (
          select epoch_ms((${startMs} + step * ${STEP_MS})::bigint) as step_at,
            hour(step_at) + minute(step_at) / 60.0 as clock,
            (0.12 + exp(-((clock - 10) ** 2) / 9) + 0.8 * exp(-((clock - 15.5) ** 2) / 10))
              * case when isodow(step_at) > 5 then 0.25 else 1 end as weight
          from (select unnest(range(${GENERATED_MS / STEP_MS})) as step)
        )
      )
    )`;
}
