/** The properties of a syntax node that these rules read. */
interface ModuleNode {
  readonly source?: { readonly value: unknown } | null;
  readonly importKind?: string;
  readonly exportKind?: string;
  readonly specifiers?: readonly { readonly importKind?: string; readonly exportKind?: string }[];
}

interface RuleContext {
  report(problem: { node: ModuleNode; message: string }): void;
}

/** Law 3: a file re-exports only types, so that an import loads only what it names. */
const noValueReExport = {
  create: (context: RuleContext) => {
    const report = (node: ModuleNode): void =>
      context.report({ node, message: 'law 3: no barrels; a file re-exports only types' });
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

/** Law 1: the process loads the sandbox, and with it a database, only if a command needs it. */
const sandboxOnDemand = {
  create: (context: RuleContext) => ({
    ImportDeclaration(node: ModuleNode) {
      const path = String(node.source?.value);
      if (node.importKind !== 'type' && /^\.{1,2}\/sandbox\//.test(path)) {
        context.report({ node, message: 'law 1: main.ts and cli/ load the sandbox by import() only' });
      }
    },
  }),
};

/** An oxlint plugin for the laws that no built-in rule covers. */
const lawRules = {
  meta: { name: 'laws' },
  rules: { 'no-value-re-export': noValueReExport, 'sandbox-on-demand': sandboxOnDemand },
};

export default lawRules;
