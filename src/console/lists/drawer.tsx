import { Dialog } from '@base-ui/react/dialog';
import { Link } from '@tanstack/react-router';
import type { KeyboardEvent } from 'react';
import { readFragment } from '../generated/fragment-masking.ts';
import { graphql } from '../generated/gql.ts';
import { usePanelQuery } from '../graph/use-panel-query.ts';
import { AskedNote } from '../parts/asked.tsx';
import { Failures } from '../parts/failures.tsx';
import { Icon } from '../shell/icons.tsx';
import { one } from '../state/search.ts';
import type { Search } from '../state/search.ts';
import { toRange } from '../time/span.ts';
import { Afterwards, isAttempt } from './afterwards.tsx';
import { CallDetail, EventDetail } from './details.tsx';
import { CALL_DETAIL, EVENT_DETAIL } from './detail-fields.ts';
import { CopyButtons } from './copy.tsx';
import { Related } from './related.tsx';

const ENTRY = graphql(`
  query Entry($id: ID!) {
    node(id: $id) {
      kind: __typename
      id
      ... on UsageRecord {
        ...CallDetail
      }
      ... on Event {
        ...EventDetail
      }
    }
  }
`);

/** What led to an entry is near it. What follows takes longer: an attacker waits until a lock-out ends. */
const BEFORE_MS = 600_000;
const AFTER_MS = 3_600_000;

/** One entry with all of its fields, beside the list. The list stays usable. */
export function Drawer({
  id,
  go,
  onClose,
}: {
  /** undefined: closed. */
  readonly id: string | undefined;
  /** Opens the next or the previous entry; null: the list does not hold this one. */
  readonly go: ((step: 1 | -1) => void) | null;
  readonly onClose: () => void;
}) {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!go || event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement)
      return;
    if (event.key === 'j' || event.key === 'ArrowDown') go(1);
    else if (event.key === 'k' || event.key === 'ArrowUp') go(-1);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog.Root
      open={id !== undefined}
      modal={false}
      disablePointerDismissal
      onOpenChange={(isOpen) => {
        if (!isOpen) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Popup className="drawer" onKeyDown={onKeyDown}>
          <div className="row drawer-head">
            <Dialog.Title className="drawer-title">Entry</Dialog.Title>
            {go && (
              <>
                <button
                  type="button"
                  className="button"
                  data-quiet=""
                  onClick={() => go(-1)}
                  title="Previous (k)"
                >
                  Previous
                </button>
                <button type="button" className="button" data-quiet="" onClick={() => go(1)} title="Next (j)">
                  Next
                </button>
              </>
            )}
            <Dialog.Close className="button" data-quiet="" aria-label="Close">
              <Icon name="close" />
            </Dialog.Close>
          </div>
          {id !== undefined && <Content id={id} />}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Content({ id }: { readonly id: string }) {
  const { data, error, fetching, retry, asked } = usePanelQuery(ENTRY, { id });
  const node = data?.node?.id === id ? data.node : null;
  if (error) return <Failures error={error} retry={retry} />;
  if (!node)
    return fetching || !data ? (
      <div className="skeleton drawer-away" role="status" aria-label="Loading" />
    ) : (
      <p className="empty">There is no such entry any more, or you may not see it.</p>
    );
  if (node.kind !== 'UsageRecord' && node.kind !== 'Event') return null;
  const isCall = node.kind === 'UsageRecord';
  const detail = isCall ? readFragment(CALL_DETAIL, node) : readFragment(EVENT_DETAIL, node);
  const { timestamp, ipAddress } = detail;
  return (
    <div className="drawer-content">
      <div className="row">
        <Around timestamp={timestamp} ipAddress={ipAddress} />
        <CopyButtons document={asked.document} variables={asked.variables} data={node} />
        <AskedNote asked={[asked]} />
      </div>
      {isCall ? <CallDetail of={node} /> : <EventDetail of={node} />}
      {'action' in detail && isAttempt(detail.action) && (
        <Afterwards
          timestamp={timestamp}
          username={detail.username}
          ipAddress={ipAddress}
          withinMs={AFTER_MS}
        />
      )}
      <Related id={id} isCall={isCall} hasAddress={ipAddress !== null} />
    </div>
  );
}

/** Goes to both sources, from ten minutes before an entry to an hour after it. */
function Around({ timestamp, ipAddress }: { readonly timestamp: string; readonly ipAddress: string | null }) {
  const at = Date.parse(timestamp);
  return (
    <Link
      to="/timeline"
      className="button"
      data-main=""
      search={(before: Search): Search => ({
        ...toRange({ fromMs: at - BEFORE_MS, toMs: at + AFTER_MS }),
        tz: one(before, 'tz'),
        ip: ipAddress ?? undefined,
      })}
    >
      What happened around it
    </Link>
  );
}
