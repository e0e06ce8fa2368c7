/** What is found out about a request on its way, for the log: never a value of the caller's. */
export interface RequestReport {
  /** The operation's name, where it has one. */
  operation: string | null;
  /** The codes of the errors that it was answered with. */
  errors: readonly string[];
  /** Calls made to the vendors. */
  vendorCalls: number;
}

export function createRequestReport(): RequestReport {
  return { operation: null, errors: [], vendorCalls: 0 };
}
