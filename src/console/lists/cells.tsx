import type { ReactNode } from 'react';
import { readFragment } from '../generated/fragment-masking.ts';
import type { CallRowFragment, EventRowFragment, MaskedField } from '../generated/graphql.ts';
import { writeCount, writeRowTime } from '../time/words.ts';
import type { Column } from './columns.tsx';
import type { Entry } from './entry.ts';
import { CALL_ROW, EVENT_ROW } from './row-fields.ts';

/** A value that the caller may not see. It is not the same as no value. */
export function Hidden() {
  return (
    <span className="hidden-value" title="Hidden: it needs the scope pii:read">
      hidden
    </span>
  );
}

/** A value, that it is hidden, or that the vendor gives none. */
export function Value({
  of,
  masked,
  field,
}: {
  readonly of: string | number | null;
  readonly masked: readonly MaskedField[];
  readonly field: MaskedField;
}) {
  if (of !== null) return <>{of}</>;
  return masked.includes(field) ? <Hidden /> : <span className="muted">–</span>;
}

/** How a call ended: a shape beside the word and the colour. */
export function Status({
  call,
}: {
  readonly call: Pick<CallRowFragment, 'requestStatus' | 'requestStatusText'>;
}) {
  const { requestStatus, requestStatusText } = call;
  return (
    <span className="status" data-status={requestStatus ?? 'other'}>
      <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true">
        {requestStatus === 'FAILED' ? (
          <path d="M1 1l6 6M7 1l-6 6" stroke="currentColor" strokeWidth="2" />
        ) : (
          <circle
            cx="4"
            cy="4"
            r="3"
            fill={requestStatus === null ? 'none' : 'currentColor'}
            stroke="currentColor"
          />
        )}
      </svg>
      {requestStatus?.toLowerCase() ?? requestStatusText ?? 'unknown'}
    </span>
  );
}

/** The source of an entry: calls are bars above the line, events are circles on it. */
export function SourceMark({ source }: { readonly source: 'USAGE' | 'EVENTS' }) {
  const isCall = source === 'USAGE';
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" role="img" aria-label={isCall ? 'Call' : 'Event'}>
      {isCall ? (
        <rect x="1" y="2" width="10" height="8" rx="1" fill="var(--calls)" />
      ) : (
        <circle cx="6" cy="6" r="4.5" fill="none" stroke="var(--events)" strokeWidth="2.5" />
      )}
    </svg>
  );
}

const plain = (value: string | number | null): ReactNode =>
  value === null || value === '' ? <span className="muted">–</span> : value;

const ofCall =
  (cell: (call: CallRowFragment, timeZone: string) => ReactNode): Column['cell'] =>
  (entry, timeZone) =>
    entry.kind === 'UsageRecord' ? cell(readFragment(CALL_ROW, entry), timeZone) : null;

const ofEvent =
  (cell: (event: EventRowFragment, timeZone: string) => ReactNode): Column['cell'] =>
  (entry, timeZone) =>
    entry.kind === 'Event' ? cell(readFragment(EVENT_ROW, entry), timeZone) : null;

const TIME: Column = {
  key: 'time',
  label: 'Time',
  width: '158px',
  isFirst: true,
  cell: (entry, timeZone) => (
    <time dateTime={entry.timestamp}>{writeRowTime(Date.parse(entry.timestamp), timeZone)}</time>
  ),
};

export const CALL_COLUMNS: readonly Column[] = [
  TIME,
  {
    key: 'status',
    label: 'Status',
    width: '92px',
    isFirst: true,
    cell: ofCall((call) => <Status call={call} />),
  },
  {
    key: 'element',
    label: 'Element',
    width: 'minmax(104px, 1fr)',
    isFirst: true,
    cell: ofCall(({ elementKey }) => plain(elementKey)),
  },
  {
    key: 'api',
    label: 'API',
    width: 'minmax(96px, 1fr)',
    isFirst: true,
    cell: ofCall(({ elementApi }) => plain(elementApi)),
  },
  {
    key: 'method',
    label: 'Method',
    width: '72px',
    cell: ofCall(({ requestMethod }) => plain(requestMethod)),
  },
  {
    key: 'code',
    label: 'Code',
    width: '56px',
    isFirst: true,
    isNumber: true,
    cell: ofCall(({ responseStatus }) => plain(responseStatus)),
  },
  {
    key: 'ms',
    label: 'Time, ms',
    width: '78px',
    isFirst: true,
    isNumber: true,
    cell: ofCall(({ processTime }) => plain(processTime === null ? null : writeCount(processTime))),
  },
  {
    key: 'user',
    label: 'User',
    width: 'minmax(96px, 1fr)',
    isFirst: true,
    cell: ofCall(({ userName, userId }) => plain(userName ?? userId)),
  },
  {
    key: 'ip',
    label: 'Address',
    width: 'minmax(116px, 1fr)',
    isFirst: true,
    cell: ofCall(({ ipAddress, masked }) => <Value of={ipAddress} masked={masked} field="IP_ADDRESS" />),
  },
  { key: 'account', label: 'Account', width: '84px', cell: ofCall(({ accountId }) => plain(accountId)) },
  {
    key: 'instance',
    label: 'Instance',
    width: 'minmax(120px, 1fr)',
    cell: ofCall(({ instanceName, instanceId }) => plain(instanceName ?? instanceId)),
  },
  {
    key: 'uri',
    label: 'URI',
    width: 'minmax(200px, 2fr)',
    isFirst: true,
    cell: ofCall(({ requestURI, masked }) => <Value of={requestURI} masked={masked} field="REQUEST_URI" />),
  },
  {
    key: 'tags',
    label: 'Tags',
    width: 'minmax(110px, 1fr)',
    cell: ofCall(({ elementTags, instanceTags }) =>
      plain([...new Set([...elementTags, ...instanceTags])].join(', ')),
    ),
  },
];

export const EVENT_COLUMNS: readonly Column[] = [
  TIME,
  {
    key: 'category',
    label: 'Category',
    width: 'minmax(104px, 0.7fr)',
    isFirst: true,
    cell: ofEvent(({ category }) => category),
  },
  {
    key: 'action',
    label: 'Action',
    width: 'minmax(140px, 1fr)',
    isFirst: true,
    cell: ofEvent(({ action }) => action),
  },
  {
    key: 'user',
    label: 'User',
    width: 'minmax(104px, 0.7fr)',
    isFirst: true,
    cell: ofEvent(({ username, masked }) => <Value of={username} masked={masked} field="USERNAME" />),
  },
  {
    key: 'ip',
    label: 'Address',
    width: 'minmax(116px, 0.7fr)',
    isFirst: true,
    cell: ofEvent(({ ipAddress, masked }) => <Value of={ipAddress} masked={masked} field="IP_ADDRESS" />),
  },
  {
    key: 'description',
    label: 'Description',
    width: 'minmax(200px, 2fr)',
    isFirst: true,
    cell: ofEvent(({ description, masked }) => (
      <Value of={description} masked={masked} field="DESCRIPTION" />
    )),
  },
];

/** What happened, in one line: for both sources, and for narrow screens. */
export function What({ entry }: { readonly entry: Entry }) {
  if (entry.kind === 'UsageRecord') {
    const call = readFragment(CALL_ROW, entry);
    return (
      <>
        <Status call={call} /> {call.elementKey} {call.elementApi}
        <span className="muted">
          {call.responseStatus === null ? '' : ` ${call.responseStatus}`}
          {call.processTime === null ? '' : ` in ${writeCount(call.processTime)} ms`}
        </span>
      </>
    );
  }
  const event = readFragment(EVENT_ROW, entry);
  return (
    <>
      <strong>{event.action}</strong> <span className="muted">{event.description ?? event.category}</span>
    </>
  );
}

/** Who did it. */
export function Who({ entry }: { readonly entry: Entry }) {
  if (entry.kind === 'UsageRecord') {
    const { userName, userId } = readFragment(CALL_ROW, entry);
    return plain(userName ?? userId);
  }
  const { username, masked } = readFragment(EVENT_ROW, entry);
  return <Value of={username} masked={masked} field="USERNAME" />;
}

/** From which address. */
export function Where({ entry }: { readonly entry: Entry }) {
  const { ipAddress, masked } =
    entry.kind === 'UsageRecord' ? readFragment(CALL_ROW, entry) : readFragment(EVENT_ROW, entry);
  return <Value of={ipAddress} masked={masked} field="IP_ADDRESS" />;
}

export const TIMELINE_COLUMNS: readonly Column[] = [
  TIME,
  {
    key: 'source',
    label: 'Source',
    width: '76px',
    isFirst: true,
    cell: (entry) => (
      <span className="key">
        <SourceMark source={entry.kind === 'UsageRecord' ? 'USAGE' : 'EVENTS'} />
        <span aria-hidden="true">{entry.kind === 'UsageRecord' ? 'call' : 'event'}</span>
      </span>
    ),
  },
  {
    key: 'what',
    label: 'What',
    width: 'minmax(240px, 3fr)',
    isFirst: true,
    cell: (entry) => <What entry={entry} />,
  },
  {
    key: 'who',
    label: 'Who',
    width: 'minmax(110px, 1fr)',
    isFirst: true,
    cell: (entry) => <Who entry={entry} />,
  },
  {
    key: 'where',
    label: 'Address',
    width: 'minmax(120px, 1fr)',
    isFirst: true,
    cell: (entry) => <Where entry={entry} />,
  },
];

/** Entries with the same text are alike in a story: calls of one API from one address, however each of them ended. */
export function likeness(entry: Entry): string {
  if (entry.kind === 'UsageRecord') {
    const { elementKey, elementApi, userName, userId, ipAddress } = readFragment(CALL_ROW, entry);
    return JSON.stringify([elementKey, elementApi, userName ?? userId, ipAddress]);
  }
  const { action, username, ipAddress } = readFragment(EVENT_ROW, entry);
  return JSON.stringify([action, username, ipAddress]);
}

/** What alike entries are, in a few words; of calls also how many failed. */
export function WhatAll({ entries }: { readonly entries: readonly Entry[] }) {
  const [first] = entries;
  if (!first) return null;
  if (first.kind !== 'UsageRecord') return <What entry={first} />;
  const { elementKey, elementApi } = readFragment(CALL_ROW, first);
  const failed = entries.flatMap((entry) => {
    const call = entry.kind === 'UsageRecord' ? readFragment(CALL_ROW, entry) : null;
    return call?.requestStatus === 'FAILED' ? [call] : [];
  });
  const [call] = failed;
  return (
    <>
      {elementKey} {elementApi}
      {call ? (
        <>
          , {writeCount(failed.length)} <Status call={call} />
        </>
      ) : (
        ', none failed'
      )}
    </>
  );
}
