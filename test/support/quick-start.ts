import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';

const root = new URL('../../', import.meta.url);
/** The address of the service on the pages. */
const STATED_URL = 'http://127.0.0.1:4000';

/** A block of code: a file to write, commands to run, or what they print. */
export interface Block {
  readonly language: string;
  /** null: it is not a file. */
  readonly title: string | null;
  readonly text: string;
}

/** The blocks of code of `docs/client/NAME.md`, in their order. `url` replaces the service's address. */
export async function readQuickStart(name: string, url: string): Promise<readonly Block[]> {
  const page = await readFile(new URL(`docs/client/${name}.md`, root), 'utf8');
  return [...page.matchAll(/^```(\w+)(?: title="(.+)")?\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', title, text = '']) => ({
      language,
      title: title ?? null,
      text: text.replaceAll(STATED_URL, url),
    }),
  );
}

/** Creates an empty folder. It is removed when the test ends. */
export async function openFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sightline-client-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function writeInto(folder: string, name: string, text: string): Promise<void> {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** Imports a page's `client.ts` into this process, with the packages of this repository. `files` are written beside it. */
export async function openQuickStart<Module>(
  name: string,
  url: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Module> {
  const folder = await openFolder();
  const client = (await readQuickStart(name, url)).find(({ title }) => title === 'client.ts');
  if (!client) throw new Error(`docs/client/${name}.md has no client.ts.`);
  for (const [file, text] of Object.entries({ ...files, 'client.ts': client.text }))
    await writeInto(folder, file, text);
  await symlink(fileURLToPath(new URL('node_modules', root)), join(folder, 'node_modules'));
  return (await import(/* @vite-ignore */ pathToFileURL(join(folder, 'client.ts')).href)) as Module;
}
