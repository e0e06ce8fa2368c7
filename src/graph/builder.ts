import SchemaBuilder from '@pothos/core';
import { ACCESS_PLUGIN } from './access-plugin.ts';
import type { GraphContext } from './context.ts';

/** What stands in the code for what stands in the graph. */
export interface GraphTypes {
  Context: GraphContext;
  Scalars: {
    ID: { Input: string; Output: string };
    /** Milliseconds since the epoch. */
    DateTime: { Input: number; Output: number };
    SafeInt: { Input: number; Output: number };
    /** An address; as an input also a CIDR block. */
    IP: { Input: string; Output: string };
    /** An ISO 8601 duration. */
    Duration: { Input: string; Output: string };
    /** An IANA zone. */
    TimeZone: { Input: string; Output: string };
  };
  DefaultFieldNullability: false;
}

/** The one schema builder. Types and fields are added by the files that `schema.ts` imports. */
export const builder = new SchemaBuilder<GraphTypes>({
  defaultFieldNullability: false,
  plugins: [ACCESS_PLUGIN],
});
