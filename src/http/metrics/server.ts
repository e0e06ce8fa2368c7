import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendAnswer, TEXT_TYPE } from '../http-message.ts';
import { METRICS_PATH } from '../pages.ts';
import { FAILED } from '../refusals.ts';
import { startServer } from '../server.ts';
import type { RunningServer } from '../server.ts';
import type { Metrics } from './metrics.ts';

const NOTHING = {
  status: 404,
  headers: TEXT_TYPE,
  body: `There is nothing here. Metrics are at ${METRICS_PATH}\n`,
};

/** Answers `GET /metrics`, and nothing else, at an address of its own. @throws as `startServer` */
export function startMetricsServer(
  address: { readonly host: string; readonly port: number },
  metrics: Pick<Metrics, 'page'>,
  onFault: (error: unknown) => void,
): Promise<RunningServer> {
  const answer = async ({ method, url }: IncomingMessage, response: ServerResponse): Promise<void> => {
    const isAsked = (method === 'GET' || method === 'HEAD') && url?.split('?')[0] === METRICS_PATH;
    sendAnswer(response, isAsked ? await metrics.page() : NOTHING);
  };
  return startServer({
    ...address,
    handle(request, response) {
      answer(request, response).catch((error: unknown) => {
        onFault(error);
        sendAnswer(response, FAILED);
      });
    },
  });
}
