import type { Database } from '../db/database.ts';
import type { SandboxOptions } from '../options.ts';
import { isUsageAuthorization } from './credentials.ts';
import type { SandboxCredentials } from './credentials.ts';
import { readUsageAnalytics } from './usage-analytics.ts';
import type { Series } from './usage-analytics.ts';
import { listUsage } from './usage-list.ts';
import { usageRecordSql } from './usage-record.ts';
import { Refusal } from './vendor-api.ts';
import type { RestCall, VendorApi } from './vendor-api.ts';

export interface UsageApiOptions {
  readonly settings: SandboxOptions;
  /** The average density of the log. */
  readonly rowsPerMs: number;
  readonly credentials: SandboxCredentials;
  readonly now: () => number;
  readonly chance: () => number;
}

/** The Usage API with its six operations. */
export function createUsageApi(database: Database, options: UsageApiOptions): VendorApi {
  const { settings, rowsPerMs, credentials, now, chance } = options;
  const refuseEmpty = (isEmpty: boolean) => {
    if (isEmpty && settings.notFoundWhenEmpty) throw new Refusal(404, 'No usage found in this range.');
  };
  const analytics =
    (series: Series) =>
    async ({ query }: RestCall) => {
      const body = await readUsageAnalytics(database, series, query, now());
      if (series === 'times' || series === 'statuses') refuseEmpty(body.every((row) => row['count'] === 0));
      return { json: JSON.stringify(body) };
    };

  return {
    root: '/elements/api-v2',
    operations: {
      listUsageRecords: async ({ query }) => {
        const page = await listUsage(database, query, { ...settings, rowsPerMs }, now());
        refuseEmpty(page.rows.length === 0);
        return {
          json: `[${page.rows.join(',')}]`,
          ...(page.nextPageToken !== null && { headers: { 'elements-next-page-token': page.nextPageToken } }),
        };
      },
      getUsageRecord: async ({ pathParameters }) => {
        const sql = `select ${usageRecordSql(settings.dialect)} from usage where id = ?`;
        const [row] = await database.read(sql, [pathParameters['id'] ?? '']);
        if (row === undefined) throw new Refusal(404, 'No usage found with this id.');
        return { json: row[0] as string };
      },
      getUsageActivity: analytics('activity'),
      getUsageElementActivity: analytics('elements'),
      getUsageTimes: analytics('times'),
      getUsageStatuses: analytics('statuses'),
    },
    authorizers: { elementsAuthorization: (header) => isUsageAuthorization(header, credentials) },
    encodeRefusal: (_status, message) => ({ requestId: createRequestId(now(), chance), message }),
  };
}

/** 24 hex characters: the seconds since the epoch, then two random numbers of 32 bits. */
function createRequestId(nowMs: number, chance: () => number): string {
  const numbers = [Math.floor(nowMs / 1000), ...[1, 2].map(() => Math.floor(chance() * 0x1_0000_0000))];
  return numbers.map((number) => number.toString(16).padStart(8, '0')).join('');
}
