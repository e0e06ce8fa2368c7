import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Whether LibreOffice Calc is installed. If not, each test file warns once. */
export const hasCalc = spawnSync('soffice', ['--version'], { timeout: 60_000 }).status === 0;
if (!hasCalc) console.warn('LibreOffice Calc is not installed: tests that open a file in it are skipped.');

/** A cell as Calc read it. */
export interface CalcCell {
  /** `string`, `float`, `date`, `time`, `boolean` or `percentage`; null: the cell is empty. */
  readonly kind: string | null;
  /** What Calc shows. */
  readonly text: string;
  readonly isFormula: boolean;
}

/** How long Calc may take, in milliseconds. It is killed then. */
const PATIENCE_MS = 150_000;
/** By Calc's numbers: the quote, UTF-8, from line 1, cells that look like dates or numbers become such, and formulas are run. */
const WAYS_TO_READ = '34,76,1,,0,false,true,false,false,false,-1,true';

/**
 * Opens a CSV in Calc, with a profile of its own.
 * @param separators the characters between cells, as somebody ticks them in Calc's dialog
 */
export async function openInCalc(
  file: string,
  separators: string,
): Promise<readonly (readonly CalcCell[])[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sightline-calc-'));
  try {
    const codes = Array.from(separators, (one) => one.charCodeAt(0)).join('/');
    const child = spawn(
      'soffice',
      [
        `-env:UserInstallation=${pathToFileURL(join(folder, 'profile')).href}`,
        '--headless',
        `--infilter=CSV:${codes},${WAYS_TO_READ}`,
        '--convert-to',
        'fods',
        '--outdir',
        folder,
        file,
      ],
      { stdio: 'ignore', timeout: PATIENCE_MS, killSignal: 'SIGKILL' },
    );
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`Calc ended with ${code}.`);
    return readSheet(readFileSync(join(folder, `${basename(file, '.csv')}.fods`), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** More equal rows or cells than this are the empty rest of a sheet. */
const MOST_REPEATED = 1_000;

/** The first sheet of a flat OpenDocument file. */
function readSheet(xml: string): readonly (readonly CalcCell[])[] {
  const [sheet = ''] = /<table:table .*?<\/table:table>/s.exec(xml) ?? [];
  return elementsOf(sheet, 'table:table-row').flatMap((row) => {
    const cells = elementsOf(row.content, 'table:table-cell').flatMap(readCell);
    return repeat(cells, row.attributes['table:number-rows-repeated']);
  });
}

function readCell({ attributes, content }: XmlElement): readonly CalcCell[] {
  const cell = {
    kind: attributes['office:value-type'] ?? null,
    text: elementsOf(content, 'text:p').map(readParagraph).join('\n'),
    isFormula: attributes['table:formula'] !== undefined,
  };
  return repeat(cell, attributes['table:number-columns-repeated']);
}

function readParagraph({ content }: XmlElement): string {
  const text = content
    .replaceAll(/<text:s(?: text:c="(\d+)")?\/>/g, (_, count?: string) => ' '.repeat(Number(count ?? 1)))
    .replaceAll('<text:tab/>', '\t')
    .replaceAll('<text:line-break/>', '\n')
    .replaceAll(/<[^>]*>/g, '');
  return unescape(text);
}

function repeat<Value>(value: Value, times = '1'): readonly Value[] {
  return Number(times) > MOST_REPEATED ? [] : Array.from({ length: Number(times) }, () => value);
}

interface XmlElement {
  readonly attributes: Readonly<Record<string, string>>;
  readonly content: string;
}

/** Elements that hold none of their own name. */
function elementsOf(xml: string, name: string): readonly XmlElement[] {
  const pattern = new RegExp(`<${name}((?: [^>]*?)?)(?:/>|>(.*?)</${name}>)`, 'gs');
  return Array.from(xml.matchAll(pattern), ([, attributes = '', content = '']) => ({
    attributes: Object.fromEntries(
      Array.from(attributes.matchAll(/([\w:-]+)="([^"]*)"/g), ([, key = '', value = '']) => [
        key,
        unescape(value),
      ]),
    ),
    content,
  }));
}

const CHARACTERS: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function unescape(xml: string): string {
  return xml.replaceAll(/&(#x?)?(\w+);/g, (_, number: string | undefined, name: string) =>
    number === undefined
      ? (CHARACTERS[name] ?? '')
      : String.fromCodePoint(Number.parseInt(name, number === '#x' ? 16 : 10)),
  );
}
