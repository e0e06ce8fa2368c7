import { RequestError } from '../../base/errors.ts';
import { forScan } from '../../upstream/call-budget.ts';
import type { CallContext } from '../../upstream/upstream.ts';
import { keepsFrom, readThroughArchive } from '../paging/archived-reading.ts';
import type { ArchiveReading } from '../paging/archived-reading.ts';
import { noteLackingColumns } from '../paging/held-files.ts';
import type { RowStream } from '../paging/row-stream.ts';
import { LIST_OPERATION } from './client.ts';
import type { EventsDeps } from './client.ts';
import type { AuditEvent, OptionalEventField } from './event.ts';
import { checkEventFilter, createEventTest, splitEventFilter, testedFields } from './filter.ts';
import type { EventFilter } from './filter.ts';
import { createEventsPaging } from './paging.ts';

/**
 * The row stream for a filter: the events that the vendor gives for its part of the filter, and the test of the whole filter, which
 * the reader of the stream must apply. null: no event can match.
 * @param fields the optional fields to read besides those that the filter needs
 * @param argument the filter's path among the caller's arguments
 * @param knownAtMs reads what the archive knew then; null: what is known now
 * @throws RequestError `BAD_USER_INPUT`
 */
export function createEventsRowStream(
  deps: EventsDeps,
  context: CallContext,
  filter: EventFilter,
  fields: Iterable<OptionalEventField>,
  argument = 'filter',
  knownAtMs: number | null = null,
): RowStream<AuditEvent> | null {
  checkEventFilter(filter, argument);
  const isMatch = createEventTest(filter);
  const split = splitEventFilter(filter);
  if (split.kind === 'nothing') return null;
  const readVendor = createEventsPaging(deps, split.isScan ? forScan(context) : context, {
    parameters: split.parameters,
    fields: new Set([...fields, ...split.fields]),
  });
  const reading = readEventsArchive(deps, filter, knownAtMs);
  if (!reading && knownAtMs !== null) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `The archive has no personal data, so it can't apply this '${argument}', and the vendor does not know what it knew at 'range.asKnownAt'. Leave one of them out.`,
      { argument },
    );
  }
  return {
    source: 'EVENTS',
    operation: LIST_OPERATION,
    read: reading ? readThroughArchive(reading, readVendor) : readVendor,
    isMatch,
    maxScannedRows: split.isScan ? deps.settings.maxScannedRows : null,
    // If files are served and lack a column that the filter uses, coverage says so.
    age: noteLackingColumns(
      deps.settings.age,
      split.fields.map((field) => [field]),
    ),
  };
}

/** How the archive is read for a filter; null: there is none. */
export function readEventsArchive(
  { archive, settings, nowMs }: EventsDeps,
  filter: EventFilter,
  knownAtMs: number | null,
): ArchiveReading<AuditEvent, EventFilter> | null {
  if (!archive || (archive.lacksPersonalData && testedFields(filter).length > 0)) return null;
  const vendorKeepsFromMs = keepsFrom(settings.age, nowMs);
  return { source: 'EVENTS', rows: archive, filter, knownAtMs, vendorKeepsFromMs };
}
