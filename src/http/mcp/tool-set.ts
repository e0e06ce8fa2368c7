import { readdir, readFile } from 'node:fs/promises';
import type { GraphQLSchema } from 'graphql';
import type { TrustedDocuments } from '../trusted-documents.ts';
import { readTool } from './tool.ts';
import type { Tool } from './tool.ts';

/** The tools of a service by their names. */
export type ToolSet = ReadonlyMap<string, Tool>;

export interface ToolSetOptions {
  readonly schema: GraphQLSchema;
  /** Documents of the operator, each a tool if it is one named query with a description; null: none. */
  readonly trustedDocuments: TrustedDocuments | null;
  /** Gets the fault of each document that can't be a tool although it has a description. */
  readonly onFault: (error: unknown) => void;
}

const FOLDER = new URL('./tools/', import.meta.url);
const ENDING = '.graphql';

/** Reads the tools that ship, and the operator's. One of the operator's replaces a shipped one of the same name. */
export async function readToolSet({ schema, trustedDocuments, onFault }: ToolSetOptions): Promise<ToolSet> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith(ENDING)).toSorted();
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, FOLDER), 'utf8')));
  const tools = new Map<string, Tool>();
  for (const text of [...texts, ...(trustedDocuments?.values() ?? [])]) {
    try {
      const tool = readTool(schema, text);
      if (tool) tools.set(tool.name, tool);
    } catch (error) {
      onFault(error);
    }
  }
  return tools;
}
