import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, platform } from 'node:os';
import { join } from 'node:path';
import type { Curve } from './curves.ts';

/** A table in Markdown that is printed while it grows. */
export interface Table {
  add(cells: readonly (string | number)[]): void;
  text(): string;
}

/** Columns of words, if their heads are named here, are aligned to the left; columns of figures to the right. */
const WORDS: ReadonlySet<string> = new Set(['question', 'server', 'curve']);

export function createTable(heads: readonly string[]): Table {
  const lines: string[] = [];
  const print = (cells: readonly (string | number)[]): void => {
    const line = `| ${cells.join(' | ')} |`;
    lines.push(line);
    console.log(line);
  };
  print(heads);
  print(heads.map((head) => (WORDS.has(head) ? '---' : '--:')));
  return { add: print, text: () => lines.join('\n') };
}

/** The day, the Node, the kind of this machine, and how busy it is with other work. */
export function describeRun(isPinned: boolean): string {
  const pinned = isPinned
    ? 'servers on one core, vendor and load on another'
    : 'servers, vendor and load share the cores';
  const kind = `${cpus()[0]?.model.trim() ?? process.arch}, ${cpus().length} cores, ${platform()}, load average ${loadavg()[0]?.toFixed(1)} before`;
  return `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${kind}; ${pinned}.`;
}

const RESULTS = join(import.meta.dirname, 'RESULTS.md');

/** Replaces one section of `RESULTS.md`, from its heading up to the next one. */
export function writeSection(heading: string, body: string): void {
  const text = readFileSync(RESULTS, 'utf8');
  const from = text.indexOf(`## ${heading}\n`);
  if (from === -1) throw new Error(`RESULTS.md has no section '${heading}'.`);
  const next = text.indexOf('\n## ', from);
  const rest = next === -1 ? '' : text.slice(next);
  writeFileSync(RESULTS, `${text.slice(0, from)}## ${heading}\n\n${body.trim()}\n${rest}`);
}

/** Draws the curves as SVG. @returns the Markdown that shows them */
export function drawPlots(curves: readonly Curve[]): string {
  const script = join(import.meta.dirname, 'plots/draw.ts');
  execFileSync(process.execPath, [script], {
    input: JSON.stringify(curves),
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  return curves.map(({ name, axis, unit }) => `![${unit} by ${axis}](plots/${name}.svg)`).join('\n\n');
}
