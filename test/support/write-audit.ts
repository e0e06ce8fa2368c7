import { once } from 'node:events';
import { openAuditFile } from '../../src/http/audit-trail.ts';

/** A line of one process, longer than a page of memory. */
export function lineOf(writer: string, n: number): string {
  return `${writer} ${n} ${writer.repeat(20_000)}`;
}

// As a process of its own: says that it is ready, and when its input ends, writes lines to the audit file that the command line names.
if (import.meta.main) {
  const [file = '', writer = '', lines = '0'] = process.argv.slice(2);
  const write = openAuditFile(file);
  process.stdout.write('ready\n');
  await once(process.stdin.resume(), 'end');
  for (let n = 0; n < Number(lines); n += 1) write(`${lineOf(writer, n)}\n`);
}
