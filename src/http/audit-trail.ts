import { createAuditLine } from './plugins/audit.ts';
import type { AuditLine } from './plugins/audit.ts';
import type { RequestNotes } from './request-notes.ts';

/** The lines of who read what. No operation is answered without its line. */
export interface AuditTrail {
  /** Whether the last line could not be written. */
  isBroken(): boolean;
  /**
   * Writes the line of an operation and returns whether it is written.
   * @param status null: the caller left before the answer was sent
   */
  write(notes: RequestNotes, status: number | null): boolean;
}

/** @param onLine takes a line, or throws; null: there is no audit trail, and every answer may go out */
export function createAuditTrail(
  onLine: ((line: AuditLine) => void) | null,
  onFault: (error: unknown) => void,
): AuditTrail {
  let isBroken = false;
  return {
    isBroken: () => isBroken,
    write(notes, status) {
      if (!onLine) return true;
      try {
        onLine(createAuditLine(notes, status));
        isBroken = false;
      } catch (error) {
        // Each further line would fail with the same error.
        if (!isBroken) onFault(error);
        isBroken = true;
      }
      return !isBroken;
    },
  };
}
