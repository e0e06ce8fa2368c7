import { BREAK, GraphQLError, visit } from 'graphql';
import type { DocumentNode, ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { hasAccess, refuseAccess } from '../graph/require-access.ts';
import type { RequestContext } from './use-operation.ts';

const NEEDED = ['introspect'] as const;

/**
 * Answers `__schema` and `__type` only to callers who may introspect. Decided with each request: what validation finds is kept
 * for all callers of a document.
 */
export function useIntrospection(): Plugin<RequestContext, RequestContext> {
  const judged = new WeakMap<DocumentNode, boolean>();
  const isRefused = ({ document, contextValue }: ExecutionArgs): boolean => {
    let introspects = judged.get(document);
    if (introspects === undefined) {
      introspects = isIntrospecting(document);
      judged.set(document, introspects);
    }
    return introspects && !hasAccess((contextValue as RequestContext).caller, NEEDED);
  };
  // The functions are replaced, and nothing is stopped: who watches over the operation sees it end.
  const refuse = (args: ExecutionArgs): ExecutionResult =>
    refuseIntrospection(args.contextValue as RequestContext);
  return {
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
  const { code, message, details } = refuseAccess(caller, NEEDED);
  const http = { spec: true, status: code === 'UNAUTHENTICATED' ? 401 : 403 };
  return { errors: [new GraphQLError(message, { extensions: { code, ...details, http } })] };
}
