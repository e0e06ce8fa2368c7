import { collectDefaultMetrics, Registry } from 'prom-client';
import type { HttpAnswer } from '../http-message.ts';
import { createRequestMetrics } from './requests.ts';
import type { CountRequest } from './requests.ts';
import { watchState } from './state.ts';
import type { ServiceState } from './state.ts';
import { createVendorMetrics } from './vendors.ts';
import type { VendorMetrics } from './vendors.ts';

/** The metrics of one service, in the text format of Prometheus. */
export interface Metrics extends VendorMetrics {
  readonly onRequest: CountRequest;
  /** What the service says of itself. Call it once, before the first scrape. */
  readonly watch: (state: ServiceState) => void;
  /** What Prometheus reads. */
  readonly page: () => Promise<HttpAnswer>;
}

/** @param maxUpstreamCalls how many vendor calls one operation may make */
export function createMetrics(maxUpstreamCalls: number): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    ...createVendorMetrics(registry),
    onRequest: createRequestMetrics(registry, maxUpstreamCalls),
    watch: (state) => watchState(registry, state),
    page: async () => ({
      status: 200,
      headers: { 'content-type': registry.contentType },
      body: await registry.metrics(),
    }),
  };
}
