import { BREAK, GraphQLError, visit } from 'graphql';
import type { ASTVisitor, DocumentNode, ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { hasAccess, refuseAccess } from '../../graph/access.ts';
import type { Caller } from '../identity/caller.ts';
import type { RequestContext } from './operation.ts';

/** The scope that lets a caller read the schema, by introspection or by suggestions. */
export const INTROSPECTION = ['introspect'] as const;

/** Whether a caller may learn names of the schema that they did not write. */
export function mayIntrospect(caller: Caller): boolean {
  return hasAccess(caller, INTROSPECTION);
}

/** A rule that finds nothing. It marks a validation whose faults may suggest names. */
export function SuggestNames(): ASTVisitor {
  return {};
}

/**
 * Answers `__schema`, `__type` and a subgraph's `_service`, and suggests names, only for callers who may introspect. It decides for each request,
 * because a document is validated once for all callers.
 */
export function useIntrospection(): Plugin<RequestContext, RequestContext> {
  const judged = new WeakMap<DocumentNode, boolean>();
  const isRefused = ({ document, contextValue }: ExecutionArgs): boolean => {
    let introspects = judged.get(document);
    if (introspects === undefined) {
      introspects = isIntrospecting(document);
      judged.set(document, introspects);
    }
    return introspects && !mayIntrospect((contextValue as RequestContext).caller);
  };
  // Replaces the function and does not stop the execution, so that other plugins see the operation end.
  const refuse = (args: ExecutionArgs): ExecutionResult =>
    refuseIntrospection(args.contextValue as RequestContext);
  return {
    onValidate({ context, addValidationRule }) {
      if (mayIntrospect(context.caller)) addValidationRule(SuggestNames);
    },
    onExecute({ args, setExecuteFn }) {
      if (isRefused(args)) setExecuteFn(refuse);
    },
    onSubscribe({ args, setSubscribeFn }) {
      if (isRefused(args)) setSubscribeFn(refuse);
    },
  };
}

/** The fields that tell the schema. Only a subgraph has `_service`. */
const TELLING: ReadonlySet<string> = new Set(['__schema', '__type', '_service']);

/** Whether a document reads the schema. */
export function isIntrospecting(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field({ name }) {
      if (!TELLING.has(name.value)) return undefined;
      found = true;
      return BREAK;
    },
  });
  return found;
}

function refuseIntrospection({ caller }: RequestContext): ExecutionResult {
  const { code, message, details } = refuseAccess(caller, INTROSPECTION);
  const http = { spec: true, status: code === 'UNAUTHENTICATED' ? 401 : 403 };
  return { errors: [new GraphQLError(message, { extensions: { code, ...details, http } })] };
}
