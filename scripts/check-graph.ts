import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BreakingChangeType, buildSchema, DangerousChangeType, findSchemaChanges } from 'graphql';
import type { SchemaChange } from 'graphql';

/** What has changed in the graph since the last release, and matters to callers. Each is a line of text. */
export interface GraphChanges {
  /** Operations may fail, and the changelog does not name the coordinate. */
  readonly unnamed: readonly string[];
  /** Operations may fail, as the changelog says. */
  readonly named: readonly string[];
  /** Operations stay valid, but clients may meet a value that they do not know. */
  readonly dangerous: readonly string[];
}

const BREAKING: ReadonlySet<string> = new Set(Object.values(BreakingChangeType));
const DANGEROUS: ReadonlySet<string> = new Set(Object.values(DangerousChangeType));

/**
 * Compares the graph with that of the last release.
 * @param released the graph of the last release, and `current` the one of now, both as text
 * @param changelog only its first section counts, because the others are about earlier releases
 */
export function compareGraphs(released: string, current: string, changelog: string): GraphChanges {
  const changes = findSchemaChanges(buildSchema(released), buildSchema(current));
  const breaking = changes.filter(({ type }) => BREAKING.has(type));
  const section = changelog.split(/^## /m)[1] ?? '';
  const isNamed = (change: SchemaChange): boolean => section.includes(`\`${coordinateOf(change)}\``);
  return {
    unnamed: breaking.filter((change) => !isNamed(change)).map(describe),
    named: breaking.filter(isNamed).map(describe),
    dangerous: changes.filter(({ type }) => DANGEROUS.has(type)).map(describe),
  };
}

const PART = /@?\w+\.\w+(?:\(\w+:\))?|@\w+(?:\(\w+:\))?/;

/** The place of a change in the schema: `Event.action`, `Query.events(first:)`, `@oneOf`, `Event`. The library has it only in its sentence. */
function coordinateOf({ description }: SchemaChange): string {
  const [part] = PART.exec(description) ?? [];
  return part ?? description.replace(/^Standard scalar /, '').split(' ', 1)[0]!;
}

function describe(change: SchemaChange): string {
  return `${coordinateOf(change)}: ${change.description}`;
}

if (import.meta.main) {
  const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
  const { unnamed, named, dangerous } = compareGraphs(
    read('schema/released.graphql'),
    read('schema/schema.graphql'),
    read('CHANGELOG.md'),
  );
  const list = (title: string, lines: readonly string[]): string =>
    lines.length > 0 ? [title, ...lines.map((line) => `  ${line}`), ''].join('\n') : '';
  process.stdout.write(
    [
      list('Dangerous since the last release: a client may meet a value that it does not know.', dangerous),
      list('Breaking since the last release, and named in CHANGELOG.md:', named),
      list(
        'Breaking since the last release. Take the change back, or name each coordinate in the first section of CHANGELOG.md, such as `Event.action`.',
        unnamed,
      ),
    ].join(''),
  );
  process.exitCode = unnamed.length > 0 ? 1 : 0;
}
