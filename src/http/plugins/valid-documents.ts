import type { DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';

/** Letters of all texts that are kept. A syntax tree takes about ten times its text. */
const MAX_LETTERS = 256 * 1024;

/**
 * Syntax trees by their text, for Yoga's cache of documents. Only a valid document is kept: somebody who sends a new faulty one
 * each time would fill the memory with trees that nobody asks for again, and their collection would make others wait.
 */
export interface ValidDocuments {
  get(text: string): DocumentNode | undefined;
  /** Remembers the document that was parsed last, until it is known to be valid. */
  set(text: string, document: DocumentNode): void;
  /** Keeps the document that was parsed last, because it is valid. */
  keep(document: DocumentNode): void;
  /** Whether a document was kept, so that it is valid. */
  has(document: DocumentNode): boolean;
}

export function createValidDocuments(maxLetters: number = MAX_LETTERS): ValidDocuments {
  const kept = new LRUCache<string, DocumentNode>({
    maxSize: maxLetters,
    sizeCalculation: (_document, text) => Math.max(1, text.length),
  });
  const valid = new WeakSet<DocumentNode>();
  // One is enough: a document is validated in the same turn as it is parsed. A weak map would hold faulty ones until a full collection.
  let last: { readonly text: string; readonly document: DocumentNode } | null = null;
  return {
    get: (text) => kept.get(text),
    set(text, document) {
      last = { text, document };
    },
    keep(document) {
      if (last?.document === document) {
        kept.set(last.text, document);
        valid.add(document);
      }
      last = null;
    },
    has: (document) => valid.has(document),
  };
}

/** Validates a document that is kept only once, for all callers: no rule depends on the caller, only the words of a fault do. */
export function useValidDocuments(documents: ValidDocuments): Plugin {
  return {
    onValidate({ params, setResult }) {
      if (documents.has(params.documentAST)) {
        setResult([]);
        return undefined;
      }
      return ({ valid }) => {
        if (valid) documents.keep(params.documentAST);
      };
    },
  };
}

/** For Yoga, which keeps the fault of each document that it could not parse: nothing is kept. */
export const NO_FAULTS: { get(text: string): undefined; set(text: string, fault: Error): void } = {
  get: () => undefined,
  set() {},
};
