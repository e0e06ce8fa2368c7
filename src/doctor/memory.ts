import { z } from 'zod';
import type { Source } from '../base/source.ts';
import { NOTHING_KNOWN, SHAPE } from './shape.ts';
import type { Shape } from './shape.ts';

const MEMORY = z.object({ version: z.literal(1), USAGE: SHAPE, EVENTS: SHAPE });

/** What is known of both vendors. */
export type Memory = Readonly<Record<Source, Shape>>;

export const EMPTY_MEMORY: Memory = { USAGE: NOTHING_KNOWN, EVENTS: NOTHING_KNOWN };

/** The text of the file. */
export function encodeMemory({ USAGE, EVENTS }: Memory): string {
  return `${JSON.stringify({ version: 1, USAGE, EVENTS }, null, 1)}\n`;
}

/** @returns null if the text is not that of such a file */
export function decodeMemory(text: string): Memory | null {
  try {
    const { data } = MEMORY.safeParse(JSON.parse(text));
    return data ? { USAGE: data.USAGE, EVENTS: data.EVENTS } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
