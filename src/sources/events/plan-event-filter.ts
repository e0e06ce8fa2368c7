import type { Query } from '../../upstream/upstream.ts';
import type { OptionalEventField } from './event-fields.ts';
import type { EventFilter, StringFilter } from './event-filter.ts';

/** How a filter is answered. */
export type EventFilterPlan =
  /** No event can pass: answered without a call. */
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'read';
      /** The part that the vendor answers. All of the filter is tested again on what comes. */
      readonly query: Query;
      /** The rest drops rows that the vendor gives: a scan, in large pages. */
      readonly isScan: boolean;
      /** Fields that the test looks at. */
      readonly fields: readonly OptionalEventField[];
    };

/**
 * What a filter's value may be (`events-api.txt`): within it none can smuggle an operator. Rows may hold other values: those
 * are never sent, and looked for here.
 */
const VALUE = /^[a-zA-Z0-9_-]{1,100}$/;
/** More values than these would make an address line that servers refuse. */
const MOST_VALUES = 50;

/**
 * Splits a filter between the vendor and us. The vendor takes one operator per parameter: `xyz`, `in:x,y`, `like:%x%`.
 * A caller's `_` reaches it inside a `like:` and matches any one character there, so it gives more than was meant, and
 * the test on our side drops the surplus; `%` is in no value, so it never leaves.
 */
export function planEventFilter(filter: EventFilter): EventFilterPlan {
  const parts = [planText('category', filter.category), planText('action', filter.action)];
  if (parts.includes('nothing') || isEmptyList(filter.username)) return { kind: 'nothing' };
  const sent = parts.filter((part) => part !== 'nothing');
  const hasOwnTest =
    filter.username !== undefined ||
    filter.ipAddress !== undefined ||
    filter.searchText !== undefined ||
    (filter.not !== undefined && Object.keys(filter.not).length > 0);
  return {
    kind: 'read',
    query: sent.flatMap((part) => part.query),
    isScan: hasOwnTest || sent.some((part) => part.isScan),
    fields: fieldsOf(filter),
  };
}

/** The optional fields that a filter looks at, its `not` included. */
export function fieldsOf(filter: EventFilter): OptionalEventField[] {
  const fields: OptionalEventField[] = filter.not ? fieldsOf(filter.not) : [];
  if (filter.username) fields.push('username');
  if (filter.ipAddress !== undefined) fields.push('ipAddress');
  if (filter.searchText !== undefined) fields.push('description');
  return fields;
}

interface TextPlan {
  readonly query: Query;
  readonly isScan: boolean;
}

function planText(name: 'category' | 'action', filter: StringFilter | undefined): TextPlan | 'nothing' {
  const all: TextPlan = { query: [], isScan: false };
  if (!filter) return all;
  if ('isNull' in filter) return filter.isNull ? 'nothing' : all;
  const scan: TextPlan = { query: [], isScan: true };
  if ('eq' in filter || 'in' in filter) {
    // No event lacks a category or an action (`decodeEvent`).
    const values = [...new Set('eq' in filter ? [filter.eq] : filter.in)].filter((value) => value !== '');
    if (values.length === 0) return 'nothing';
    if (values.length > MOST_VALUES || !values.every((value) => VALUE.test(value))) return scan;
    return send(name, values.length === 1 ? values[0]! : `in:${values.join(',')}`);
  }
  const part = 'contains' in filter ? filter.contains : filter.startsWith;
  if (part === '') return all;
  if (!VALUE.test(part)) return scan;
  return { ...send(name, `like:%${part}%`), isScan: 'startsWith' in filter || part.includes('_') };
}

function send(name: string, value: string): TextPlan {
  return { query: [[name, value]], isScan: false };
}

function isEmptyList(filter: StringFilter | undefined): boolean {
  return filter !== undefined && 'in' in filter && filter.in.length === 0;
}
