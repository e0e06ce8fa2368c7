import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { pathOf } from './http-message.ts';
import type { HttpAnswer, HttpRequest } from './http-message.ts';

/** The console's pages. Each is the same HTML, and its script shows the page of the address. */
export const CONSOLE_PATHS: readonly string[] = ['/', '/breakdown', '/log', '/events', '/timeline'];
/** In the console's folder: a manifest of all documents that it sends. It is not served. */
export const CONSOLE_DOCUMENTS = 'documents.json';
export const ASSETS_PATH = '/assets/';

/** Nothing but this service's own files, and no code or style inside the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Best first. */
const ENCODINGS = [
  { name: 'br', suffix: '.br' },
  { name: 'gzip', suffix: '.gz' },
] as const;

/** The console's files by their path, such as `/assets/console-1a2b3c4d.js`; compressed ones end in `.br` and `.gz`. */
export type ConsoleFiles = ReadonlyMap<string, Buffer>;

/** @throws Error if the folder can't be read or holds no page */
export async function readConsoleFiles(folder: string): Promise<ConsoleFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = new Map(
    await Promise.all(
      paths.map(
        async (path) => [`/${relative(folder, path).replaceAll('\\', '/')}`, await readFile(path)] as const,
      ),
    ),
  );
  if (!files.has('/index.html')) throw new Error(`There is no console in ${folder}.`);
  return files;
}

/** Whether the console answers this path. */
export function isConsolePath(path: string): boolean {
  return CONSOLE_PATHS.includes(path) || path.startsWith(ASSETS_PATH);
}

/** The file for a request of a console's path, compressed if it may be; null: there is no such file. */
export function answerConsole(files: ConsoleFiles, request: HttpRequest): HttpAnswer | null {
  const path = pathOf(request);
  const isPage = CONSOLE_PATHS.includes(path);
  const name = isPage ? '/index.html' : path;
  const type = TYPES[extname(name)];
  if (type === undefined) return null;
  const accepted = request.headers['accept-encoding'] ?? '';
  const encoding = ENCODINGS.find(
    (each) => new RegExp(`\\b${each.name}\\b`).test(accepted) && files.has(name + each.suffix),
  );
  const body = files.get(name + (encoding?.suffix ?? ''));
  if (!body) return null;
  return {
    status: 200,
    headers: {
      'content-type': type,
      vary: 'accept-encoding',
      // A page names its scripts and styles by their content, so only the page itself can change.
      'cache-control': isPage ? 'no-cache' : 'public, max-age=31536000, immutable',
      ...(isPage ? { 'content-security-policy': POLICY } : {}),
      ...(encoding ? { 'content-encoding': encoding.name } : {}),
    },
    body,
  };
}
