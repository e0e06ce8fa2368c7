#!/usr/bin/env node
import { enableCompileCache, flushCompileCache, setSourceMapsSupport } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

// What `npx sightline` runs: the build that the package holds. bin/write-package.ts makes the package.

const LEAST_NODE = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [major = 0] = process.versions.node.split('.').map(Number);
if (major < LEAST_NODE) {
  process.stderr.write(
    `sightline: Node ${LEAST_NODE} or later is needed, and this is ${process.versions.node}.\n`,
  );
  process.exit(1);
}
setSourceMapsSupport(true, { nodeModules: true });
// The console unless SIGHTLINE_CONSOLE names another, also in .env.
process.env['BUILT_CONSOLE'] = join(root, 'build/console');
// If the folder can't be written, Node goes on without it.
enableCompileCache(join(root, 'compiled'));
await import(pathToFileURL(join(root, 'build/main.mjs')).href);
flushCompileCache();
