import type { CodegenConfig } from '@graphql-codegen/cli';

/** Types for every operation of the examples, the example client and the tests, from the committed graph. */
const config: CodegenConfig = {
  schema: 'schema/schema.graphql',
  documents: ['docs/examples/*.graphql', 'docs/client/*.ts', 'test/graph/**/*.test.ts'],
  // In the tests only what is written as graphql(`…`) is an operation that must be right.
  pluckConfig: { gqlMagicComment: 'typed' },
  generates: {
    'docs/client/generated/': {
      preset: 'client',
      // The manifest of trusted documents stands beside: persisted-documents.json.
      presetConfig: {
        fragmentMasking: false,
        persistedDocuments: { mode: 'embedHashInDocument', hashAlgorithm: 'sha256' },
      },
      config: {
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
      },
    },
  },
};

export default config;
