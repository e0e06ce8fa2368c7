import type { DocumentNode } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';

/** Letters of all texts that are kept. A syntax tree takes about ten times its text. */
const MAX_LETTERS = 256 * 1024;

/**
 * Syntax trees by their text, for Yoga's cache of documents. Only a document that was valid once is kept: somebody who sends a new
 * faulty document each time would fill the memory with trees that nobody asks for again, and their collection would make others wait.
 */
export interface ValidDocuments {
  get(text: string): DocumentNode | undefined;
  set(text: string, document: DocumentNode): void;
  /** Keeps a document that was parsed, because it is valid. */
  keep(document: DocumentNode): void;
}

export function createValidDocuments(maxLetters: number = MAX_LETTERS): ValidDocuments {
  const texts = new WeakMap<DocumentNode, string>();
  const kept = new LRUCache<string, DocumentNode>({
    maxSize: maxLetters,
    sizeCalculation: (_document, text) => Math.max(1, text.length),
  });
  return {
    get: (text) => kept.get(text),
    set(text, document) {
      texts.set(document, text);
    },
    keep(document) {
      const text = texts.get(document);
      if (text === undefined) return;
      texts.delete(document);
      kept.set(text, document);
    },
  };
}

/** Tells the cache which documents are valid. */
export function useValidDocuments(documents: ValidDocuments): Plugin {
  return {
    onValidate({ params }) {
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
