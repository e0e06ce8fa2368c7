import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { digest } from '../base/sealing.ts';
import { answerConsole, ASSETS_PATH, CONSOLE_PATHS, isConsolePath, readConsoleFiles } from './console.ts';
import type { ConsoleFiles } from './console.ts';
import { EXPORT_PATHS, RECEIPTS_PATH } from './export/lists.ts';
import { isRead, pathOf, TEXT_TYPE } from './http-message.ts';
import type { HttpAnswer, HttpRequest } from './http-message.ts';

export const GRAPHQL_PATH = '/graphql';
/** Where agents ask. */
export const MCP_PATH = '/mcp';
const LIVE_PATH = '/health/live';
const READY_PATH = '/health/ready';
/** Where an administrator asks whether the vendors are as the service expects. */
export const DOCTOR_PATH = '/health/doctor';
export const METRICS_PATH = '/metrics';
/** The paths that this service answers. */
const PATHS: readonly string[] = [
  GRAPHQL_PATH,
  MCP_PATH,
  ...CONSOLE_PATHS,
  LIVE_PATH,
  READY_PATH,
  DOCTOR_PATH,
  METRICS_PATH,
  ...EXPORT_PATHS,
];

const NO_PAGE = 'There is no GraphiQL here: this service answers trusted documents only.\n';

export interface PagesOptions {
  /** Whether this process should be sent requests. It is alive either way. */
  isReady(): boolean;
  /** GraphiQL sends documents of its own, which a service of trusted documents refuses. */
  readonly hasGraphiql: boolean;
  /** The folder of the console's files; null: there is no console, and `/` leads to GraphiQL. */
  readonly consoleFolder: string | null;
  /** What Prometheus reads; null or left out: it is not answered here. */
  readonly metrics?: (() => Promise<HttpAnswer>) | null;
}

const NO_METRICS =
  'There are no metrics here. SIGHTLINE_METRICS=on answers them at this port, and SIGHTLINE_METRICS=host:port at another one.\n';

/** Answers what is not GraphQL: health, the console, GraphiQL, and paths that there are not; null: the request asks for GraphQL. */
export function createPages({
  isReady,
  hasGraphiql,
  consoleFolder,
  metrics = null,
}: PagesOptions): (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer> | null {
  let page: Promise<GraphiqlPage> | null = null;
  let files: Promise<ConsoleFiles> | null = null;
  const hasConsole = consoleFolder !== null;
  const notFound = (): HttpAnswer =>
    text(
      404,
      `There is nothing here. ${hasConsole ? 'The console is at /, ' : ''}GraphQL is at ${GRAPHQL_PATH}\n`,
    );
  return (request) => {
    const path = pathOf(request);
    if (isRead(request)) {
      if (path === LIVE_PATH) return text(200, 'live\n');
      if (path === READY_PATH) return isReady() ? text(200, 'ready\n') : text(503, 'shutting down\n');
      if (path === METRICS_PATH) return metrics ? metrics() : text(404, NO_METRICS);
      if (consoleFolder !== null && isConsolePath(path)) {
        files ??= readConsoleFiles(consoleFolder);
        return files.then((read) => answerConsole(read, request) ?? notFound());
      }
      if (path === '/') return { status: 302, headers: { location: GRAPHQL_PATH } };
    }
    if (path !== GRAPHQL_PATH) return notFound();
    if (!isRead(request) || !request.headers['accept']?.includes('text/html')) return null;
    if (!hasGraphiql) return text(404, NO_PAGE);
    page ??= readExamples().then(createGraphiqlPage);
    return page.then((made) => answerGraphiql(made, request));
  };
}

/** The path for the log: one of ours, or `other`, because callers can write anything into a path. */
export function namePath(request: HttpRequest): string {
  const path = pathOf(request);
  if (path.startsWith(RECEIPTS_PATH)) return RECEIPTS_PATH;
  if (path.startsWith(ASSETS_PATH)) return ASSETS_PATH;
  return PATHS.includes(path) ? path : 'other';
}

function text(status: number, body: string): HttpAnswer {
  return { status, headers: TEXT_TYPE, body };
}

/** GraphiQL as one page that loads nothing else. */
export interface GraphiqlPage {
  readonly html: Buffer;
  readonly gzipped: Buffer;
  readonly etag: string;
}

/** The page may load nothing but itself. Its editor, Monaco, starts workers from blobs and writes its own styles. */
const GRAPHIQL_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Without it, a tab jumps away from the pointer when it is pressed, and the click is lost: a fault of the library. */
const TABS_STAY = '<style>.graphiql-tab { transform: none !important; }</style>';

/** Makes the page with one tab for each query. Call it late, because its library takes 9 MB. */
export async function createGraphiqlPage(queries: readonly string[]): Promise<GraphiqlPage> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const page = renderGraphiQL({
    title: 'Sightline',
    defaultTabs: queries.map((query) => ({ query })),
    additionalHeaders: { 'graphql-require-preflight': 'graphiql' },
    shouldPersistHeaders: false,
  });
  const html = Buffer.from(page.trim().replace('</head>', `${TABS_STAY}</head>`));
  const gzipped = await promisify(gzip)(html, { level: 6 });
  const etag = `"${digest(html).toString('base64url').slice(0, 22)}"`;
  return { html, gzipped, etag };
}

/** The page for a request that accepts HTML: compressed if it may be, or 304 if the browser has it. */
export function answerGraphiql({ html, gzipped, etag }: GraphiqlPage, request: HttpRequest): HttpAnswer {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': GRAPHIQL_POLICY,
    // The page is large: a browser keeps it and asks each time whether it has changed.
    'cache-control': 'no-cache',
    vary: 'accept, accept-encoding',
    etag,
  };
  if (request.headers['if-none-match'] === etag) return { status: 304, headers };
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return { status: 200, headers, body: html };
  return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipped };
}

const FOLDER = new URL('../../docs/examples/', import.meta.url);

/** The query of the first tab: the README's question. */
const FIRST = 'what-happened-from-an-address.graphql';

/** The query if the folder is missing, as in an image that holds `src` alone. */
const FALLBACK = `# Which API calls came last, and how did they end?
query LastCalls {
  usageRecords(first: 20) {
    nodes {
      timestamp
      elementKey
      requestURI
      requestStatus
    }
  }
}
`;

/** The queries of `docs/examples`: `FIRST`, then the others by file name. */
export async function readExamples(): Promise<readonly string[]> {
  try {
    const names = (await readdir(FOLDER))
      .filter((name) => name.endsWith('.graphql'))
      .toSorted((a, b) => Number(b === FIRST) - Number(a === FIRST) || (a < b ? -1 : 1));
    const texts = await Promise.all(names.map((name) => readFile(new URL(name, FOLDER), 'utf8')));
    return texts.length > 0 ? texts : [FALLBACK];
  } catch {
    return [FALLBACK];
  }
}
