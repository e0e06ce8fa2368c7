import type { CodegenConfig } from '@graphql-codegen/cli';

type Output = NonNullable<CodegenConfig['generates']>[string];

const TYPES = {
  useTypeImports: true,
  importExtension: '.ts',
  documentMode: 'string',
  enumsAsTypes: true,
  strictScalars: true,
  scalars: {
    DateTime: 'string',
    SafeInt: 'number',
    IP: 'string',
    Duration: 'string',
    TimeZone: 'string',
  },
};

/**
 * Types for the operations of `documents`. The preset itself writes `as any` and `eslint-disable` into its files. They are never edited,
 * a test compares them with what the preset writes, and lint skips the folders `generated`.
 */
const createTypes = (documents: string[], preset: object): Output => ({
  documents,
  preset: 'client',
  presetConfig: { fragmentMasking: false, ...preset },
  config: TYPES,
});

/** Types for every operation of the examples, the example client and the tests, from the committed schema. */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  // Only an operation in graphql(`…`) must be right. Tests hold wrong ones in other strings.
  pluckConfig: { gqlMagicComment: 'typed' },
  generates: {
    // The manifest of trusted documents is `persisted-documents.json` in this folder. It holds the client's operations only.
    'docs/client/generated/': createTypes(['docs/examples/*.graphql', 'docs/client/*.ts'], {
      persistedDocuments: { mode: 'embedHashInDocument', hashAlgorithm: 'sha256' },
    }),
    // The console keeps the fields of a fragment to the component that asked for them.
    'src/console/generated/': createTypes(['src/console/**/*.ts', 'src/console/**/*.tsx'], {
      fragmentMasking: { unmaskFunctionName: 'readFragment' },
    }),
    'test/graph/generated/': createTypes(['test/graph/**/*.test.ts'], {}),
  },
};

export default config;
