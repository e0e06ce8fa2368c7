import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';

const root = new URL('../../', import.meta.url);
/** The address of the service on the pages. */
const STATED_URL = 'http://127.0.0.1:4000';

/** The pages that follow streams copy it. */
const SHARED = 'follow-stream.ts';

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

/**
 * Imports a file of a page into this process, with the packages of this repository. Its other files and the client that pages share are
 * beside it, and so are `files`.
 */
export async function openQuickStart<Module>(
  name: string,
  url: string,
  files: Readonly<Record<string, string>> = {},
  entry = 'client.ts',
): Promise<Module> {
  const folder = await openFolder();
  for (const { title, text } of await readQuickStart(name, url))
    if (title?.endsWith('.ts')) await writeInto(folder, title, text);
  for (const [file, text] of Object.entries(files)) await writeInto(folder, file, text);
  await copyFile(new URL(`docs/client/${SHARED}`, root), join(folder, SHARED));
  await symlink(fileURLToPath(new URL('node_modules', root)), join(folder, 'node_modules'));
  return (await import(/* @vite-ignore */ pathToFileURL(join(folder, entry)).href)) as Module;
}
