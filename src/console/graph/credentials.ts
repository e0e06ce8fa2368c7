/** The caller's key or token. It lives in this module's memory only: a reload forgets it. */
let credential: string | null = null;
const listeners = new Set<() => void>();

export function setCredential(text: string | null): void {
  credential = text === '' ? null : text;
  for (const listener of listeners) listener();
}

export const hasCredential = (): boolean => credential !== null;

/** Learns each change of the credential. Returns how to stop. */
export function onCredential(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The headers that prove who asks. Keys of the service and tokens both go as `Bearer`. */
export function proofHeaders(): Readonly<Record<string, string>> {
  return credential === null ? {} : { authorization: `Bearer ${credential}` };
}
