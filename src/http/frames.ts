/** The ids of a stream's frames, from the resolver to the writer, in their order. */
export interface FrameIds {
  push(id: string | null): void;
  /** The id of the next frame; null: it has none. */
  shift(): string | null;
}

export function createFrameIds(): FrameIds {
  const ids: (string | null)[] = [];
  return {
    push: (id) => void ids.push(id),
    shift: () => ids.shift() ?? null,
  };
}
