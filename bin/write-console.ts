import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { OutputAsset, OutputBundle, OutputChunk, Plugin } from 'rolldown';
import { CONSOLE_DOCUMENTS } from '../src/http/console.ts';
import { hashDocument } from '../src/http/trusted-documents.ts';

const SOURCES = 'src/console';

/** Browsers keep a file of this folder for ever, because its name changes with its content. */
const ASSETS = 'assets';

/**
 * Writes the console's page, scripts and styles to `folder`, each also compressed. Nothing in them names another host.
 *
 * @returns the files that are in the scripts
 * @throws Error if it can't be made or written
 */
export async function writeConsole(root: string, folder: string): Promise<readonly string[]> {
  const { rolldown } = await import('rolldown');
  const styles: string[] = [];
  const bundle = await rolldown({
    input: { console: join(root, SOURCES, 'main.tsx') },
    cwd: root,
    platform: 'browser',
    transform: { jsx: 'react-jsx', define: { 'process.env.NODE_ENV': '"production"' } },
    plugins: [collectStyles(styles)],
    logLevel: 'silent',
  });
  const { output } = await bundle.generate({
    format: 'esm',
    minify: true,
    entryFileNames: `${ASSETS}/[name]-[hash].js`,
    chunkFileNames: `${ASSETS}/[name]-[hash].js`,
    hashCharacters: 'hex',
  });
  await bundle.close();
  // The bundler leaves an import of a package that is not installed as it is, and a browser can't load it.
  const names = new Set(output.map(({ fileName }) => fileName));
  const missing = output.flatMap((file) =>
    file.type === 'chunk' ? [...file.imports, ...file.dynamicImports].filter((name) => !names.has(name)) : [],
  );
  if (missing.length > 0)
    throw new Error(`The console can't be bundled: ${missing.join(', ')} is not installed. Run npm ci.`);
  await mkdir(join(folder, ASSETS), { recursive: true });
  const css = styles.join('\n');
  const cssName = `${ASSETS}/console-${await digest(css)}.css`;
  const entry = output.find((file): file is OutputChunk => file.type === 'chunk' && file.isEntry);
  if (!entry) throw new Error('The console has no entry.');
  const page = (await readFile(join(root, SOURCES, 'index.html'), 'utf8'))
    .replace('<!-- styles -->', `<link rel="stylesheet" href="/${cssName}" />`)
    .replace('<!-- script -->', [preload(entry, output), script(entry.fileName)].join(''));
  await Promise.all([
    writeFiles(folder, cssName, css),
    writeFiles(folder, 'index.html', page),
    writeFile(join(folder, CONSOLE_DOCUMENTS), await listDocuments(root)),
    ...output.map((file) => writeFiles(folder, file.fileName, textOf(file))),
  ]);
  return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
}

/**
 * All documents of the console as a manifest of trusted documents, each in the forms in which it is sent: lists send it as urql prints it, panels with
 * the type names that urql's cache adds, and streams as it is written.
 */
async function listDocuments(root: string): Promise<string> {
  const { createRequest, formatDocument, stringifyDocument } = await import('urql');
  const path = pathToFileURL(join(root, SOURCES, 'generated/graphql.ts')).href;
  const documents = Object.values((await import(path)) as Record<string, unknown>).map(String);
  const texts = documents
    .filter((text) => /^\s*(query|subscription)\s/.test(text))
    .flatMap((text) => {
      const { query } = createRequest(text, {});
      return [text, stringifyDocument(query), stringifyDocument(formatDocument(query))];
    });
  return JSON.stringify(
    Object.fromEntries(texts.map((text) => [`sha256:${hashDocument(text)}`, text])),
    null,
    2,
  );
}

const textOf = (file: OutputBundle[string]): string | Uint8Array =>
  file.type === 'chunk' ? file.code : file.source;

const script = (name: string): string => `<script type="module" src="/${name}"></script>`;

/** Lets the browser ask for all scripts of the entry at once, and not for each when another names it. */
function preload(entry: OutputChunk, output: readonly (OutputChunk | OutputAsset)[]): string {
  const names = new Set<string>();
  const add = (chunk: OutputChunk): void => {
    for (const name of chunk.imports) {
      const imported = output.find(({ fileName }) => fileName === name);
      if (names.has(name) || imported?.type !== 'chunk') continue;
      names.add(name);
      add(imported);
    }
  };
  add(entry);
  return [...names].map((name) => `<link rel="modulepreload" href="/${name}" />`).join('');
}

/**
 * Takes the styles out of the modules that import them, because the bundler knows scripts only. Their order is that of the imports, because
 * a later style wins; files are read in another one.
 */
function collectStyles(styles: string[]): Plugin {
  const texts = new Map<string, string>();
  return {
    name: 'collect-styles',
    load: {
      filter: { id: /\.css$/ },
      async handler(id) {
        texts.set(id, await readFile(id, 'utf8'));
        return { code: '', moduleType: 'js' };
      },
    },
    buildEnd() {
      const seen = new Set<string>();
      const walk = (id: string): void => {
        if (seen.has(id)) return;
        seen.add(id);
        const module = this.getModuleInfo(id);
        for (const imported of module?.importedIds ?? []) walk(imported);
        const text = texts.get(id);
        if (text !== undefined) styles.push(text);
        for (const imported of module?.dynamicallyImportedIds ?? []) walk(imported);
      };
      for (const id of this.getModuleIds()) if (this.getModuleInfo(id)?.isEntry) walk(id);
    },
  };
}

async function writeFiles(folder: string, name: string, content: string | Uint8Array): Promise<void> {
  const path = join(folder, name);
  const bytes = Buffer.from(content);
  const [gzipped, brotli] = await Promise.all([
    promisify(gzip)(bytes, { level: 9 }),
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } }),
  ]);
  await Promise.all([
    writeFile(path, bytes),
    writeFile(`${path}.gz`, gzipped),
    writeFile(`${path}.br`, brotli),
  ]);
}

async function digest(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', Buffer.from(text));
  return Buffer.from(hash).toString('hex').slice(0, 8);
}
