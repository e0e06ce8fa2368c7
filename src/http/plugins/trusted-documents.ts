import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { RequestError } from '../../base/errors.ts';
import { refuse } from '../mask-error.ts';
import { hashDocument, withoutPrefix } from '../trusted-documents.ts';
import type { TrustedDocuments } from '../trusted-documents.ts';

/** The parameter that names a document by its hash. `extensions.persistedQuery.sha256Hash` does the same. */
export const DOCUMENT_ID = 'documentId';

/** Answers only the documents of a manifest, sent by hash or by text. Refuses others before they are parsed. */
export function useTrustedDocuments(documents: TrustedDocuments): Plugin {
  return {
    onParams({ params, setParams }) {
      const text = findTrusted(params, documents);
      if (text === undefined) throw refuseDocument();
      setParams({ ...params, query: text });
    },
  };
}

/** The text of the trusted document that a request names or sends; undefined: there is none. */
export function findTrusted(params: GraphQLParams, documents: TrustedDocuments): string | undefined {
  const { query, extensions } = params;
  // If both are sent, the text decides, because the text would be executed.
  if (typeof query === 'string') return documents.get(hashDocument(query));
  const persisted: unknown = extensions?.['persistedQuery'];
  const hash: unknown =
    (typeof persisted === 'object' && persisted !== null && Reflect.get(persisted, 'sha256Hash')) ||
    Reflect.get(params, DOCUMENT_ID);
  return typeof hash === 'string' ? documents.get(withoutPrefix(hash)) : undefined;
}

function refuseDocument() {
  return refuse(
    new RequestError(
      'FORBIDDEN',
      `This service answers trusted documents only. Send ${DOCUMENT_ID} or extensions.persistedQuery.sha256Hash with the SHA-256 of one of them.`,
    ),
  );
}
