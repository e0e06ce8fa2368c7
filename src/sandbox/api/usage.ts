import type { Database } from '../db/database.ts';
import type { SandboxOptions } from '../options.ts';
import { isSameSecret } from './credentials.ts';
import { Refusal } from './refusal.ts';
import type { RestAnswer, RestCall } from './rest-server.ts';
import { readUsageAnalytics } from './usage-analytics.ts';
import type { Series } from './usage-analytics.ts';
import { listUsage } from './usage-list.ts';
import { usageRecordSql } from './usage-record.ts';

/** The Usage API's six calls, by operationId. */
export function createUsageApi(
  database: Database,
  options: SandboxOptions,
  rowsPerMs: number,
  now: () => number,
): Readonly<Record<string, (call: RestCall) => Promise<RestAnswer>>> {
  const refuseEmpty = (isEmpty: boolean) => {
    if (isEmpty && options.notFoundWhenEmpty) throw new Refusal(404, 'No usage found in this range.');
  };
  const analytics =
    (series: Series) =>
    async ({ query }: RestCall) => {
      const body = await readUsageAnalytics(database, series, query, now());
      if (series === 'times' || series === 'statuses') refuseEmpty(body.every((row) => row['count'] === 0));
      return { json: JSON.stringify(body) };
    };

  return {
    listUsageRecords: async ({ query }) => {
      const page = await listUsage(database, query, { ...options, rowsPerMs }, now());
      refuseEmpty(page.rows.length === 0);
      return {
        json: `[${page.rows.join(',')}]`,
        ...(page.nextPageToken !== null && { headers: { 'elements-next-page-token': page.nextPageToken } }),
      };
    },
    getUsageRecord: async ({ pathParameters }) => {
      const [row] = await database.read(`select ${usageRecordSql(options.dialect)} from usage where id = ?`, [
        pathParameters['id'] ?? '',
      ]);
      if (row === undefined) throw new Refusal(404, 'No usage found with this id.');
      return { json: row[0] as string };
    },
    getUsageActivity: analytics('activity'),
    getUsageElementActivity: analytics('elements'),
    getUsageTimes: analytics('times'),
    getUsageStatuses: analytics('statuses'),
  };
}

/** Whether an `Authorization` header holds both secrets: `User X, Organization Y`, in either order. */
export function isUsageAuthorization(
  header: string,
  userSecret: string,
  organizationSecret: string,
): boolean {
  const parts = new Map(
    header.split(',').map((part) => {
      const [word = '', secret = ''] = part.trim().split(/\s+/, 2);
      return [word, secret];
    }),
  );
  return (
    isSameSecret(parts.get('User') ?? '', userSecret) &&
    isSameSecret(parts.get('Organization') ?? '', organizationSecret)
  );
}
