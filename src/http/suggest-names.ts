import type { ASTVisitor } from 'graphql';
import { hasAccess } from '../graph/require-access.ts';
import type { Caller } from './identity/caller.ts';

/** What the schema is read with, by asking for it or by names that were nearly right. */
export const INTROSPECTION = ['introspect'] as const;

/** Whether a caller may learn names of the schema that they did not ask for. */
export function mayIntrospect(caller: Caller): boolean {
  return hasAccess(caller, INTROSPECTION);
}

/**
 * A rule that finds nothing. It marks a validation whose faults may say what was meant: the library keeps results for all
 * callers of a document, apart by the names of their rules.
 */
export function SuggestNames(): ASTVisitor {
  return {};
}
