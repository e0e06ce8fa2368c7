import type { Plugin } from 'graphql-yoga';
import type { OperationField } from '../../graph/cost/selection.ts';
import { countRows } from '../../graph/cost/shape.ts';
import type { CallTally } from '../../upstream/call-budget.ts';
import type { CallerKind } from '../identity/caller.ts';
import type { RequestNotes } from '../request-notes.ts';
import { hashDocument } from '../trusted-documents.ts';
import type { OperationContext, RequestContext } from './operation.ts';

/** Who read what: one line of the audit trail an operation, refused ones included. Never a value of the caller's or the vendors'. */
export interface AuditLine {
  /** How the caller is known; null: what was brought as proof did not hold. */
  readonly callerKind: CallerKind | null;
  /** Which caller; null: all of this kind are one. */
  readonly caller: string | null;
  /** The SHA-256 of the document's text; null: none could be read. */
  readonly document: string | null;
  readonly operation: string | null;
  /** The fields that were asked for, where the schema has them: `Query.events`. */
  readonly fields: readonly string[];
  /** The names of the arguments given, with the way into them: `Query.events(filter.action.eq)`. */
  readonly arguments: readonly string[];
  /** Rows, buckets and facet values in the answer. */
  readonly rows: number;
  readonly vendorCalls: readonly Pick<CallTally, 'source' | 'operation' | 'calls' | 'rows'>[];
  /** Codes of errors; empty: all was answered. */
  readonly outcome: readonly string[];
  /** HTTP; null: the caller left before there was an answer. */
  readonly status: number | null;
}

/** The line of a request that asked for GraphQL. */
export function createAuditLine(
  { caller, document, operation, errors, plan, rows, tallies }: RequestNotes,
  status: number | null,
): AuditLine {
  const fields = plan?.fields ?? [];
  return {
    callerKind: caller?.kind ?? null,
    caller: caller?.name ?? null,
    document,
    operation,
    fields: [...new Set(listCoordinates(fields))].toSorted(),
    arguments: [...new Set(listArguments(fields))].toSorted(),
    rows,
    vendorCalls: tallies.map(({ source, operation: path, calls, rows: read }) => ({
      source,
      operation: path,
      calls,
      rows: read,
    })),
    outcome: errors,
    status,
  };
}

function listCoordinates(fields: readonly OperationField[]): string[] {
  return fields.flatMap((field) => [field.coordinate, ...listCoordinates(field.fields)]);
}

function listArguments(fields: readonly OperationField[]): string[] {
  return fields.flatMap((field) => [
    ...listNames(field.args).map((name) => `${field.coordinate}(${name})`),
    ...listArguments(field.fields),
  ]);
}

/** The ways to the values inside: names come from the schema, values are left out. */
function listNames(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    if (part === null || part === undefined) return [];
    const parts: readonly unknown[] = Array.isArray(part) ? part : [part];
    const below = parts.flatMap(listNames);
    return below.length > 0 ? below.map((one) => `${name}.${one}`) : [name];
  });
}

/** Notes what the audit trail tells of an operation, beyond what is noted anyway. */
export function useAudit(): Plugin<OperationContext, RequestContext> {
  return {
    onParams({ params, context }) {
      const { notes } = context;
      if (typeof params.query === 'string') notes.document = hashDocument(params.query);
    },
    onExecute({ args }) {
      const { notes, operation } = args.contextValue;
      return {
        onExecuteDone({ result }) {
          notes.tallies = operation.callBudget.tallies();
          if (notes.plan && 'data' in result) notes.rows = countRows(notes.plan.shape, result.data);
        },
      };
    },
  };
}
