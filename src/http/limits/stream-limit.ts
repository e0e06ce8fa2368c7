import { RequestError } from '../../base/errors.ts';

/** How many streams there may be at once. */
export interface StreamBounds {
  readonly maxStreams: number;
  readonly maxStreamsOfCaller: number;
}

/** Counts the streams of this process. */
export interface StreamLimit {
  /**
   * Takes a place for a stream. The returned function gives it back.
   * @param caller whose streams are counted; null: a caller on this machine, who is bounded by the total alone
   * @throws RequestError `LIMIT_EXCEEDED`
   */
  take(caller: string | null): () => void;
  /** How many are open. */
  open(): number;
}

export function createStreamLimit({ maxStreams, maxStreamsOfCaller }: StreamBounds): StreamLimit {
  const ofCaller = new Map<string, number>();
  let all = 0;
  return {
    open: () => all,
    take(caller) {
      const own = caller === null ? 0 : (ofCaller.get(caller) ?? 0);
      if (all >= maxStreams) {
        const wayOut = `There may be ${maxStreams} streams at once in all. Try again later.`;
        throw new RequestError('LIMIT_EXCEEDED', wayOut, { limit: 'maxStreams', allowed: maxStreams });
      }
      if (caller !== null && own >= maxStreamsOfCaller) {
        const wayOut = `A caller may have ${maxStreamsOfCaller} streams at once. Close one first.`;
        const details = { limit: 'maxStreamsOfCaller', allowed: maxStreamsOfCaller };
        throw new RequestError('LIMIT_EXCEEDED', wayOut, details);
      }
      all += 1;
      if (caller !== null) ofCaller.set(caller, own + 1);
      let isHeld = true;
      return () => {
        if (!isHeld) return;
        isHeld = false;
        all -= 1;
        if (caller === null) return;
        const left = (ofCaller.get(caller) ?? 1) - 1;
        if (left > 0) ofCaller.set(caller, left);
        else ofCaller.delete(caller);
      };
    },
  };
}
