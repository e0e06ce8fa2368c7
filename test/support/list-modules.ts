import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

// Node loads this before a process (`--import`). When the process ends, the file that LOADED_MODULES names holds the URL of each
// module that was loaded, a line each.

const loaded: string[] = [];
registerHooks({
  load(url, context, nextLoad) {
    loaded.push(url);
    return nextLoad(url, context);
  },
});
process.on('exit', () => writeFileSync(process.env['LOADED_MODULES'] ?? '', loaded.join('\n')));
