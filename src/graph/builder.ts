import SchemaBuilder from '@pothos/core';
import { ACCESS_PLUGIN } from './access-plugin.ts';
import type { GraphContext } from './context.ts';

/** The TypeScript types behind the graph's scalars and context. */
export interface GraphTypes {
  Context: GraphContext;
  Scalars: {
    ID: { Input: string; Output: string };
    /** Milliseconds since the epoch. */
    DateTime: { Input: number; Output: number };
    SafeInt: { Input: number; Output: number };
    /** An address. As input, also a CIDR block. */
    IP: { Input: string; Output: string };
    /** An ISO 8601 duration. */
    Duration: { Input: string; Output: string };
    /** An IANA time zone name. */
    TimeZone: { Input: string; Output: string };
  };
  DefaultFieldNullability: false;
}

/** The schema builder. The files that `schema.ts` imports add types and fields to it. */
export const builder = new SchemaBuilder<GraphTypes>({
  defaultFieldNullability: false,
  plugins: [ACCESS_PLUGIN],
});
