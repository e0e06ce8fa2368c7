import { answerGraphiql, createGraphiqlPage, readExamples } from './graphiql.ts';
import type { GraphiqlPage } from './graphiql.ts';
import { isRead, pathOf, TEXT_TYPE } from './http-message.ts';
import type { HttpAnswer, HttpRequest } from './http-message.ts';

export const GRAPHQL_PATH = '/graphql';
const LIVE_PATH = '/health/live';
const READY_PATH = '/health/ready';
/** The paths that this service answers. */
const PATHS: readonly string[] = [GRAPHQL_PATH, '/', LIVE_PATH, READY_PATH];

const NO_PAGE = 'There is no GraphiQL here: this service answers trusted documents only.\n';

export interface PagesOptions {
  /** Whether this process should be sent requests. It is alive either way. */
  isReady(): boolean;
  /** GraphiQL sends documents of its own, which a service of trusted documents refuses. */
  readonly hasGraphiql: boolean;
}

/** Answers what is not GraphQL: health, GraphiQL, and paths that there are not; null: the request asks for GraphQL. */
export function createPages({
  isReady,
  hasGraphiql,
}: PagesOptions): (request: HttpRequest) => Promise<HttpAnswer | null> {
  let page: Promise<GraphiqlPage> | null = null;
  return async (request) => {
    const path = pathOf(request);
    if (isRead(request)) {
      if (path === LIVE_PATH) return text(200, 'live\n');
      if (path === READY_PATH) return isReady() ? text(200, 'ready\n') : text(503, 'shutting down\n');
      if (path === '/') return { status: 302, headers: { location: GRAPHQL_PATH } };
    }
    if (path !== GRAPHQL_PATH) return text(404, `There is nothing here. GraphQL is at ${GRAPHQL_PATH}\n`);
    if (!isRead(request) || !request.headers['accept']?.includes('text/html')) return null;
    if (!hasGraphiql) return text(404, NO_PAGE);
    page ??= readExamples().then(createGraphiqlPage);
    return answerGraphiql(await page, request);
  };
}

/** The path for the log: one of ours, or `other`, because callers can write anything into a path. */
export function namePath(request: HttpRequest): string {
  const path = pathOf(request);
  return PATHS.includes(path) ? path : 'other';
}

function text(status: number, body: string): HttpAnswer {
  return { status, headers: TEXT_TYPE, body };
}
