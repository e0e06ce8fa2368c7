import { getNamedType, isLeafType } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { countRows } from '../../graph/cost/shape.ts';
import { appendAll } from '../../sources/shared/append-all.ts';
import { onceForConstants } from '../../graph/selection.ts';
import type { SelectedField } from '../../graph/selection.ts';
import type { CallTally } from '../../upstream/call-budget.ts';
import type { CallerKind } from '../identity/caller.ts';
import type { ExportNotes, RequestNotes } from '../request-notes.ts';
import { hashDocument } from '../trusted-documents.ts';
import type { OperationContext, RequestContext } from './operation.ts';

/** One line of the audit trail: who read what. Each operation has one, refused ones too. It holds no value of a caller or vendor. */
export interface AuditLine {
  /** How the caller was identified; null: the caller's proof was refused. */
  readonly callerKind: CallerKind | null;
  /** Which caller; null: callers of this kind are not distinguished. */
  readonly caller: string | null;
  /** The SHA-256 of the document's text; null: the request has no readable document. */
  readonly document: string | null;
  readonly operation: string | null;
  /** The selected fields by their place in the schema: `Query.events`. */
  readonly fields: readonly string[];
  /** The names of the given arguments, with the path into each: `Query.events(filter.action.eq)`. */
  readonly arguments: readonly string[];
  /** Rows, buckets and facet values in the answer. */
  readonly rows: number;
  readonly vendorCalls: readonly Pick<CallTally, 'source' | 'operation' | 'calls' | 'rows'>[];
  /** Codes of the errors in the answer; empty: there are none. */
  readonly outcome: readonly string[];
  /** The HTTP status; null: the caller left before the answer was sent. */
  readonly status: number | null;
  /** Left out: it is no export. An export has two lines: when it begins, and when it has ended or its caller has left. */
  readonly export?: ExportNotes;
  /** How long a stream was open, in milliseconds. A stream has a line when it begins, without it, and one when it ends. */
  readonly streamMs?: number;
  /** The trace of the operation, 32 hexadecimal digits; left out: this service traces nothing. */
  readonly trace_id?: string;
}

/** @param status HTTP; null: the caller left before the answer was sent */
export function createAuditLine(
  { caller, document, operation, errors, estimate, rows, tallies, export: exported, trace_id }: RequestNotes,
  status: number | null,
  streamMs?: number,
): AuditLine {
  const fields = estimate?.fields ?? [];
  return {
    callerKind: caller?.kind ?? null,
    caller: caller?.name ?? null,
    document,
    operation,
    fields: sortUnique(listCoordinates(fields)),
    arguments: sortUnique(listArguments(fields)),
    rows,
    vendorCalls: tallies.map(({ source, operation: path, calls, rows: read }) => ({
      source,
      operation: path,
      calls,
      rows: read,
    })),
    outcome: errors,
    status,
    ...(exported && { export: exported }),
    ...(streamMs === undefined ? {} : { streamMs }),
    ...(trace_id === undefined ? {} : { trace_id }),
  };
}

function sortUnique(names: readonly string[]): readonly string[] {
  return names.length < 2 ? names : [...new Set(names)].toSorted();
}

const listCoordinates = onceForConstants((fields): readonly string[] => {
  const names: string[] = [];
  for (const field of fields) {
    names.push(field.coordinate);
    appendAll(names, listCoordinates(field.fields));
  }
  return names;
});

const listArguments = onceForConstants((fields): readonly string[] => {
  const names: string[] = [];
  for (const field of fields) {
    for (const name of listArgumentNames(field)) names.push(`${field.coordinate}(${name})`);
    appendAll(names, listArguments(field.fields));
  }
  return names;
});

function listArgumentNames({ definition, args }: SelectedField): readonly string[] {
  const names: string[] = [];
  for (const name in args) {
    const value = args[name];
    const argument = definition?.args.find((one) => one.name === name);
    // The names inside a scalar, such as a gateway's representation, are the caller's.
    const isScalar = argument !== undefined && isLeafType(getNamedType(argument.type));
    addNames(names, '', name, isScalar && value != null ? true : value);
  }
  return names;
}

/** Adds the paths to the values inside a value. Their names come from the schema, and values are left out. */
function addNames(names: string[], prefix: string, name: string, value: unknown): void {
  if (value === null || value === undefined) return;
  const before = names.length;
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const part of parts) {
    if (typeof part !== 'object' || part === null) continue;
    for (const [below, inside] of Object.entries(part)) addNames(names, `${prefix}${name}.`, below, inside);
  }
  if (names.length === before) names.push(`${prefix}${name}`);
}

/** Notes what only the audit trail needs about an operation. */
export function useAudit(): Plugin<OperationContext, RequestContext> {
  return {
    onParams({ params, context }) {
      const { notes } = context;
      if (typeof params.query === 'string') notes.document = hashDocument(params.query);
    },
    onExecute({ args }) {
      const { notes } = args.contextValue;
      return {
        onExecuteDone({ result }) {
          noteAnswer(notes, 'data' in result ? result.data : null);
        },
      };
    },
  };
}

/** Notes what an operation has read. */
export function noteAnswer(notes: RequestNotes, data: unknown): void {
  if (notes.estimate) notes.rows = countRows(notes.estimate.shape, data);
}
