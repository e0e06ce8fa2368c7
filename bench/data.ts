// The vendors' rows as pure functions of their place in the list: the vendor sends them, and the bench expects them in answers.

/** The time of the newest row of both lists. */
export const NEWEST_MS = Date.parse('2026-03-01T00:00:00Z');
/** No whole second, because the vendor's times are in milliseconds. */
const USAGE_STEP_MS = 1_013;
const EVENTS_STEP_MS = 1_000;
/** A thousand pages of a hundred rows, and as many again for requests that begin further down. */
export const USAGE_ROWS = 120_000;
export const EVENTS_ROWS = 60_000;
export const DAY_MS = 86_400_000;
/** Before the oldest row of both lists. */
export const FROM = new Date(NEWEST_MS - 2 * DAY_MS).toISOString();

/** A row of `GET /usage` as on the vendor's page. `place` counts from the newest row, 0. */
export function usageRow(place: number) {
  return {
    id: usageId(place),
    requestStatus: place % 9 === 0 ? 'FAILED' : 'SUCCESS',
    elementName: 'GitHub OAuth',
    elementKey: 'githuboauth',
    accountId: 1,
    instanceName: `production ${place % 7}`,
    usageDate: new Date(usageTime(place)).toISOString(),
    userId: 1 + (place % 40),
    processTime: 100 + (place % 900),
    requestURI: '/elements/api-v1/oauth/getRequestToken',
    requestIP: `172.31.28.${place % 250}`,
    elementTags: 'production',
    elementApi: 'getRequestToken',
    companyId: 1,
  };
}

export type UsageRow = ReturnType<typeof usageRow>;

/**
 * A row of `GET /events` as on the vendor's page, and the id of a usage record to join by: ten records for each fifty events. The
 * vendor's own rows have no such id, and Sightline does not read it.
 */
export function eventRow(place: number) {
  return {
    id: 7_000_000 - place,
    timestamp: `${new Date(eventTime(place)).toISOString().slice(0, 19)}Z`,
    category: 'authentication',
    action: place % 5 === 0 ? 'user-login-failure' : 'user-login-success',
    description: `User person-${place % 40} has logged in.`,
    username: `person-${place % 40}`,
    ipAddress: `172.31.28.${place % 250}`,
    recordId: usageId(10 * Math.floor(place / 50) + (place % 10)),
  };
}

export type EventRow = ReturnType<typeof eventRow>;

/** The vendor's id of a usage record. */
export const usageId = (place: number): string => `53e6e0c8${place.toString(16).padStart(16, '0')}`;
/** Where the record with this id stands. */
export const placeOf = (id: string): number => Number.parseInt(id.slice(8), 16);
export const usageTime = (place: number): number => NEWEST_MS - place * USAGE_STEP_MS;
export const eventTime = (place: number): number => NEWEST_MS - place * EVENTS_STEP_MS;
/** Of the usage list, how many rows are newer than this moment. */
export const usageRowsAfter = (ms: number): number =>
  Math.max(0, Math.ceil((NEWEST_MS - ms) / USAGE_STEP_MS));
/** Of the events list, how many rows are not older than this moment. */
export const eventRowsFrom = (ms: number): number =>
  Math.max(0, Math.floor((NEWEST_MS - ms) / EVENTS_STEP_MS) + 1);

export type SeriesName = 'activity' | 'elements' | 'times' | 'statuses';

/** A row of one of the vendor's series, with all figures that any series has. */
export function seriesRow(ms: number) {
  const count = 1_000 + (Math.floor(ms / DAY_MS) % 500);
  const failed = count % 7;
  const figures = { count, min: 12, max: 4_000 + count, avg: 300.25, success: count - failed, failed };
  return { timestamp: new Date(ms).toISOString(), ...figures };
}

export type SeriesRow = ReturnType<typeof seriesRow>;

/** The rows of a series as the vendor gives them. The last one begins at `toMs`. */
export function listSeriesRows(name: SeriesName, fromMs: number, toMs: number, stepMs: number) {
  const rows: object[] = [];
  for (let ms = Math.floor(fromMs / stepMs) * stepMs; ms <= toMs; ms += stepMs) {
    const { timestamp, count, min, max, avg, success, failed } = seriesRow(ms);
    if (name === 'times') rows.push({ timestamp, count, min, max, avg });
    else if (name === 'statuses') rows.push({ timestamp, count, success, failed });
    else if (name === 'elements') rows.push({ timestamp, count, githuboauth: count });
    else rows.push({ timestamp, count });
  }
  return rows;
}
