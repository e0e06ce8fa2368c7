/** A failure as a value: DataLoader takes one for each key, so that one key's failure is not another's. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('A source failed without an error.', { cause: error });
}
