/** Resolves after `ms` milliseconds; rejects with the signal's reason where that comes first. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** Waits by the machine's timers. */
export const systemWait: Wait = (ms, signal) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
