import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const VENDORS = ['usage', 'events'] as const;
export type Vendor = (typeof VENDORS)[number];

/** The parts of an OpenAPI document that the tests read. */
export interface Contract {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>;
    readonly parameters?: Readonly<Record<string, Parameter>>;
  };
}

export interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly responses: Readonly<Record<string, object>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: {
    readonly default?: unknown;
    readonly minimum?: number;
    readonly maximum?: number;
    readonly enum?: readonly string[];
  };
}

export interface Reference {
  readonly $ref: string;
}

/** Reads the contract of one vendor. */
export function readContract(vendor: Vendor): Contract {
  const path = join(import.meta.dirname, `../../schema/upstream/${vendor}.openapi.yaml`);
  return parse(readFileSync(path, 'utf8')) as Contract;
}

/** An example, and the JSON pointer to its schema. */
export interface Example {
  readonly pointer: string;
  readonly name: string;
  readonly value: unknown;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Every example of a contract: beside the schemas of bodies, parameters and headers, and inside schemas. */
export function listExamples(contract: Contract): Example[] {
  const found: Example[] = [];
  const visit = (node: unknown, pointer: string): void => {
    if (!isObject(node)) return;
    const { schema, examples } = node;
    if (isObject(schema) && isObject(examples)) {
      for (const [name, example] of Object.entries(examples)) {
        found.push({ pointer: `${pointer}/schema`, name, value: (example as { value: unknown }).value });
      }
    } else if (Array.isArray(examples)) {
      for (const [index, value] of examples.entries()) found.push({ pointer, name: String(index), value });
    }
    for (const [key, part] of Object.entries(node)) {
      if (key === 'examples') continue;
      visit(part, `${pointer}/${encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))}`);
    }
  };
  visit(contract, '');
  return found;
}

/** An example of the 200 answer of one call. */
export function answerOf(contract: Contract, path: string, name = 'page'): unknown {
  const media = (contract.paths[path]?.['get']?.responses['200'] ?? {}) as {
    content?: { 'application/json'?: { examples?: Record<string, { value: unknown }> } };
  };
  return media.content?.['application/json']?.examples?.[name]?.value;
}
