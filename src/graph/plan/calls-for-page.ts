import type { PageChoice } from '../paging/connection-arguments.ts';

/**
 * Calls for a page that is full: one row more than asked for proves that there is a next one. Upwards, the vendor's pages
 * say less: at least one.
 */
export function callsForPage({ count, travel }: PageChoice, pageSize: number): number {
  return travel === 'forward' ? Math.max(Math.ceil((count + 1) / pageSize), 1) : 1;
}
