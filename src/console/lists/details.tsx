import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { readFragment } from '../generated/fragment-masking.ts';
import type { FragmentType } from '../generated/fragment-masking.ts';
import { keepShared } from '../state/search.ts';
import type { Search } from '../state/search.ts';
import { useService } from '../state/service.ts';
import { useRange } from '../state/use-range.ts';
import { writeInstant, writeMs, writeZone } from '../time/words.ts';
import { SourceMark, Status, Value } from './cells.tsx';
import { CALL_DETAIL, EVENT_DETAIL } from './detail-fields.ts';

/** Names and values. What the vendor does not give is said, and what is hidden too. */
function Fields({
  title,
  fields,
}: {
  readonly title: string;
  readonly fields: readonly (readonly [name: string, value: ReactNode])[];
}) {
  return (
    <section>
      <h3>{title}</h3>
      <dl className="fields">
        {fields.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value === null || value === '' ? <span className="muted">not given</span> : value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function When({ timestamp }: { readonly timestamp: string }) {
  const { timeZone } = useRange();
  const ms = Date.parse(timestamp);
  return (
    <time dateTime={timestamp}>
      {writeInstant(ms, timeZone)} {writeZone(ms, timeZone)}
    </time>
  );
}

function MaskedNote({ masked }: { readonly masked: readonly string[] }) {
  if (masked.length === 0) return null;
  return (
    <p className="notice">
      Personal data is hidden or shortened, because you lack the scope pii:read:{' '}
      {masked.map((field) => field.toLowerCase().replaceAll('_', ' ')).join(', ')}.
    </p>
  );
}

/** A value that leads to the entries with it, in the range of the page. It is text alone if the caller may not filter by it. */
function FilterLink({
  to,
  by,
  needs,
  children,
}: {
  readonly to: '/timeline' | '/log';
  /** null: the vendor gives none. */
  readonly by: { readonly key: string; readonly value: string | null };
  /** The scope without which the service refuses the condition. */
  readonly needs?: string;
  readonly children: ReactNode;
}) {
  const { scopes } = useService();
  const { key, value } = by;
  if (value === null || value === '' || (needs !== undefined && !scopes.has(needs))) return children;
  return (
    <Link
      to={to}
      search={(before: Search): Search => ({ ...keepShared(before), [key]: value })}
      title={to === '/log' ? 'Show its calls' : 'Show its timeline'}
    >
      {children}
    </Link>
  );
}

const length = (ms: number | null): string | null => (ms === null ? null : writeMs(ms));
const both = (name: string | null, id: string | null): string | null =>
  name !== null && id !== null ? `${name} (${id})` : (name ?? id);

export function CallDetail({ of }: { readonly of: FragmentType<typeof CALL_DETAIL> }) {
  const call = readFragment(CALL_DETAIL, of);
  const { masked } = call;
  return (
    <>
      <p className="drawer-what">
        <SourceMark source="USAGE" /> <Status call={call} /> {call.elementKey} {call.elementApi}
      </p>
      <MaskedNote masked={masked} />
      <Fields
        title="What"
        fields={[
          ['Time', <When key="time" timestamp={call.timestamp} />],
          ['Status', call.requestStatusText],
          ['Response status', call.responseStatus],
          ['Took', length(call.processTime)],
          ['of it the called API', length(call.vendorProcessTime)],
          ['of it the platform', length(call.platformProcessTime)],
          ['Method', call.requestMethod],
          ['URI', <Value key="uri" of={call.requestURI} masked={masked} field="REQUEST_URI" />],
          ['Resource', call.elementResource],
          ['Resource of the called API', call.vendorResource],
        ]}
      />
      <Fields
        title="Who, and from where"
        fields={[
          [
            'Address',
            <FilterLink key="ip" to="/timeline" by={{ key: 'ip', value: call.ipAddress }} needs="pii:read">
              <Value of={call.requestIP ?? call.ipAddress} masked={masked} field="IP_ADDRESS" />
            </FilterLink>,
          ],
          [
            'User',
            // The timeline names users as events do, and not by the ids that calls have.
            <FilterLink key="user" to="/log" by={{ key: 'user', value: call.userId }}>
              <Value of={both(call.userName, call.userId)} masked={masked} field="USERNAME" />
            </FilterLink>,
          ],
          ['Account', both(call.accountName, call.accountId)],
          ['Company', both(call.companyName, call.companyId)],
        ]}
      />
      <Fields
        title="Through what"
        fields={[
          ['Element', both(call.elementName, call.elementKey)],
          ['API', call.elementApi],
          ['Instance', both(call.instanceName, call.instanceId)],
          ['Provisioned as', call.provisionName],
          ['Tags', [...new Set([...call.elementTags, ...call.instanceTags])].join(', ')],
          ['Record', <code key="record">{call.recordId}</code>],
          ['Request', call.requestId],
          ['In the archive since', call.firstSeenAt && <When key="seen" timestamp={call.firstSeenAt} />],
        ]}
      />
    </>
  );
}

export function EventDetail({ of }: { readonly of: FragmentType<typeof EVENT_DETAIL> }) {
  const event = readFragment(EVENT_DETAIL, of);
  const { masked } = event;
  return (
    <>
      <p className="drawer-what">
        <SourceMark source="EVENTS" /> <strong>{event.action}</strong>
      </p>
      <MaskedNote masked={masked} />
      <Fields
        title="What"
        fields={[
          ['Time', <When key="time" timestamp={event.timestamp} />],
          ['Category', event.category],
          ['Action', event.action],
          ['Description', <Value key="words" of={event.description} masked={masked} field="DESCRIPTION" />],
        ]}
      />
      <Fields
        title="Who, and from where"
        fields={[
          [
            'User',
            <FilterLink
              key="user"
              to="/timeline"
              by={{ key: 'user', value: event.username }}
              needs="pii:read"
            >
              <Value of={event.username} masked={masked} field="USERNAME" />
            </FilterLink>,
          ],
          [
            'Address',
            <FilterLink key="ip" to="/timeline" by={{ key: 'ip', value: event.ipAddress }} needs="pii:read">
              <Value of={event.ipAddress} masked={masked} field="IP_ADDRESS" />
            </FilterLink>,
          ],
        ]}
      />
      <Fields
        title="Record"
        fields={[
          ['Event', <code key="event">{event.eventId}</code>],
          ['In the archive since', event.firstSeenAt && <When key="seen" timestamp={event.firstSeenAt} />],
        ]}
      />
    </>
  );
}
