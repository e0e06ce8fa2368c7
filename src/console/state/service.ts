import { createContext, useContext } from 'react';
import type { ServiceStateQuery } from '../generated/graphql.ts';

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
