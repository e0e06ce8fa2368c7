import { SOURCES } from '../../base/source.ts';
import type { Source } from '../../base/source.ts';

/** A list of the graph that can be exported. */
export interface ExportList {
  /** Its name in the path. */
  readonly name: 'usage' | 'events' | 'timeline';
  /** The field of `Query`, and the name of the operation in logs. */
  readonly field: string;
  readonly operation: string;
  readonly filterType: string;
  /** The type of its nodes, and the object types behind it. */
  readonly nodeType: string;
  readonly rowTypes: readonly string[];
  readonly sources: readonly Source[];
}

export const EXPORT_LISTS: readonly ExportList[] = [
  {
    name: 'usage',
    field: 'usageRecords',
    operation: 'ExportUsage',
    filterType: 'UsageRecordFilter',
    nodeType: 'UsageRecord',
    rowTypes: ['UsageRecord'],
    sources: ['USAGE'],
  },
  {
    name: 'events',
    field: 'events',
    operation: 'ExportEvents',
    filterType: 'EventFilter',
    nodeType: 'Event',
    rowTypes: ['Event'],
    sources: ['EVENTS'],
  },
  {
    name: 'timeline',
    field: 'timeline',
    operation: 'ExportTimeline',
    filterType: 'TimelineFilter',
    nodeType: 'Activity',
    rowTypes: ['UsageRecord', 'Event'],
    sources: SOURCES,
  },
];

/** The formats that can be had. */
export const EXPORT_FORMATS = ['ndjson', 'csv', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The key of the receipt in the metadata of a Parquet file. */
export const PARQUET_RECEIPT_KEY = 'sightline.receipt';

/** Where all exports and their receipts are. */
export const EXPORT_PATH = '/export/';
export const RECEIPTS_PATH = `${EXPORT_PATH}receipts/`;

/** The paths of all exports, for the log. */
export const EXPORT_PATHS: readonly string[] = EXPORT_LISTS.flatMap(({ name }) =>
  EXPORT_FORMATS.map((format) => `${EXPORT_PATH}${name}.${format}`),
);
