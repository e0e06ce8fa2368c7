import { BREAK, GraphQLError, visit } from 'graphql';
import type { ASTVisitor, DocumentNode, ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { hasAccess, refuseAccess } from '../../graph/access.ts';
import type { Caller } from '../identity/caller.ts';
import type { RequestContext } from './operation.ts';

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

/**
 * Answers `__schema` and `__type`, and says what a wrong name may have meant, only to callers who may introspect. Decided with
 * each request: what validation finds is kept for all callers of a document.
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
  // The functions are replaced, and nothing is stopped: who watches over the operation sees it end.
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

function isIntrospecting(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field({ name }) {
      if (name.value !== '__schema' && name.value !== '__type') return undefined;
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
