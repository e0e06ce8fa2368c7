import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { SchemaElement } from 'hyparquet-writer';
import type { ExportField } from './fields.ts';
import { PARQUET_RECEIPT_KEY } from './lists.ts';
import type { ExportRow } from './page.ts';
import type { RowEncoder, RowWriter } from './run.ts';

/** Rows are written in groups of so many, because a column is compressed as a whole. A group waits in memory. */
const GROUP_ROWS = 5_000;

type Kind = 'text' | 'int64' | 'timestamp' | 'boolean' | 'double';

/** Parquet with typed columns, group by group. Its footer names all groups, so only a whole file can be read. */
export const PARQUET: RowWriter = {
  type: 'application/vnd.apache.parquet',
  // Each part of a list is a file of its own.
  begin: (fields) => createEncoder(fields),
};

function createEncoder(fields: readonly ExportField[]): RowEncoder {
  const bytes = new ByteWriter();
  const kvMetadata: { key: string; value: string }[] = [];
  const writer = new ParquetWriter({
    writer: bytes,
    schema: [{ name: 'root', num_children: fields.length }, ...fields.flatMap(columnOf)],
    kvMetadata,
    createdBy: 'sightline',
  });
  let waiting: ExportRow[] = [];

  /** What was written since the last time. */
  const take = (): Uint8Array => {
    const taken = bytes.getBytes().slice();
    bytes.index = 0;
    return taken;
  };
  const writeGroup = (rows: readonly ExportRow[]): void => {
    const columnData = fields.map((field) => {
      const kind = kindOf(field);
      const data = rows.map((row) => convert(row[field.name], kind));
      // An index of pages says nothing in a group whose columns have one page each. Without it, only the footer follows the rows.
      return { name: field.name, data, offsetIndex: false };
    });
    // It writes to memory, so there is nothing to wait for.
    void writer.write({ columnData, rowGroupSize: rows.length });
  };
  return {
    rows(rows) {
      waiting.push(...rows);
      for (; waiting.length >= GROUP_ROWS; waiting = waiting.slice(GROUP_ROWS))
        writeGroup(waiting.slice(0, GROUP_ROWS));
      return take();
    },
    end() {
      if (waiting.length > 0) writeGroup(waiting);
      waiting = [];
      return take();
    },
    tail(receipt) {
      kvMetadata.push({ key: PARQUET_RECEIPT_KEY, value: JSON.stringify({ export: receipt }) });
      void writer.finish();
      return take();
    },
  };
}

/** The column of a field: all are optional, because a field may be masked, or be one of another type of row. */
function columnOf(field: ExportField): SchemaElement[] {
  const { name, isList } = field;
  const repetition_type = 'OPTIONAL';
  if (!isList) return [{ name, repetition_type, ...typeOf(kindOf(field)) }];
  return [
    { name, repetition_type, num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type, ...typeOf(kindOf(field)) },
  ];
}

function kindOf({ name, type }: ExportField): Kind {
  // The vendor's ids of events are integers of 64 bits, which the graph gives as text.
  if (name === 'eventId' || type === 'SafeInt' || type === 'Int') return 'int64';
  if (type === 'DateTime') return 'timestamp';
  if (type === 'Boolean') return 'boolean';
  return type === 'Float' ? 'double' : 'text';
}

function typeOf(kind: Kind): Pick<SchemaElement, 'type' | 'converted_type' | 'logical_type'> {
  switch (kind) {
    case 'int64':
      return { type: 'INT64' };
    case 'timestamp':
      return {
        type: 'INT64',
        converted_type: 'TIMESTAMP_MILLIS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      };
    case 'boolean':
      return { type: 'BOOLEAN' };
    case 'double':
      return { type: 'DOUBLE' };
    case 'text':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
  }
}

function convert(value: unknown, kind: Kind): unknown {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((one) => convert(one, kind));
  if (kind === 'int64') return BigInt(value as string | number);
  if (kind === 'timestamp') return new Date(value as string);
  return kind === 'text' ? String(value) : value;
}
