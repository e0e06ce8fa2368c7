import type { Plugin } from 'graphql-yoga';
import { countRows } from '../graph/plan/count-rows.ts';
import { hashDocument } from './trusted-documents.ts';
import type { OperationContext, RequestContext } from './use-operation.ts';

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
          notes.tallies = operation.ledger.tallies();
          if (notes.plan && 'data' in result) notes.rows = countRows(notes.plan.shape, result.data);
        },
      };
    },
  };
}
