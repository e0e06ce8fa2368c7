/** Runs something later. Tests replace it, so that no test sleeps. */
export interface Timers {
  /** Runs it once after so many milliseconds. The returned function prevents it. */
  after(ms: number, run: () => void): () => void;
}

/** The timers of the machine. They do not keep the process alive. */
export const systemTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
