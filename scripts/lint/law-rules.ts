/** The part of a syntax node that these rules look at. */
interface ModuleNode {
  readonly source?: { readonly value: unknown } | null;
  readonly importKind?: string;
  readonly exportKind?: string;
  readonly specifiers?: readonly { readonly importKind?: string; readonly exportKind?: string }[];
}

interface RuleContext {
  report(problem: { node: ModuleNode; message: string }): void;
}

/** Law 1: a file re-exports types at most, so that importing one thing never loads others. */
const noValueReExport = {
  create: (context: RuleContext) => {
    const report = (node: ModuleNode): void =>
      context.report({ node, message: 'law 1: no barrels, a file re-exports types at most' });
    return {
      ExportAllDeclaration(node: ModuleNode) {
        if (node.exportKind !== 'type') report(node);
      },
      ExportNamedDeclaration(node: ModuleNode) {
        const ofValues =
          node.exportKind !== 'type' && node.specifiers?.some(({ exportKind }) => exportKind !== 'type');
        if (node.source && ofValues) report(node);
      },
    };
  },
};

/** Law 2: the process loads the sandbox, and its database with it, only where it is asked to. */
const sandboxOnDemand = {
  create: (context: RuleContext) => ({
    ImportDeclaration(node: ModuleNode) {
      const path = String(node.source?.value);
      if (node.importKind !== 'type' && path.startsWith('./sandbox/')) {
        context.report({ node, message: 'law 2: main.ts loads the sandbox by import() only' });
      }
    },
  }),
};

/** The laws that no rule of oxlint's own states; an oxlint plugin. */
const lawRules = {
  meta: { name: 'laws' },
  rules: { 'no-value-re-export': noValueReExport, 'sandbox-on-demand': sandboxOnDemand },
};

export default lawRules;
