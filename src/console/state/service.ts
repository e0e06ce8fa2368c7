import { createContext, useContext } from 'react';
import type { ServiceStateQuery } from '../generated/graphql.ts';
import { readLength } from '../time/span.ts';

/** What the service has told of itself and of the caller when the console began. */
export interface ServiceState {
  /** Add it to this machine's clock to get the service's 'now'. */
  readonly clockOffsetMs: number;
  readonly scopes: ReadonlySet<string>;
  readonly service: NonNullable<ServiceStateQuery['service']>;
}

export const ServiceContext = createContext<ServiceState | null>(null);

/** @throws Error outside the shell, which shows pages only when the service has answered */
export function useService(): ServiceState {
  const state = useContext(ServiceContext);
  if (!state) throw new Error('There is no service here.');
  return state;
}

/** How long after its time a row may still reach the slower of the vendors, in milliseconds. */
export function useSettlesAfter(): number {
  const { sources } = useService().service;
  return Math.max(0, ...sources.map(({ settlesAfter }) => readLength(settlesAfter)));
}
