import { BREAK, GraphQLError, visit } from 'graphql';
import type { DocumentNode, ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { refuseAccess } from '../graph/require-access.ts';
import { INTROSPECTION, mayIntrospect, SuggestNames } from './suggest-names.ts';
import type { RequestContext } from './use-operation.ts';

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
