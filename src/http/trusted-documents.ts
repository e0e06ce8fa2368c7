import { digest } from '../base/sealing.ts';

/** The only documents to answer: their texts by SHA-256, in lower-case hexadecimal digits. */
export type TrustedDocuments = ReadonlyMap<string, string>;

/** The documents, or a sentence that says why the manifest can't be used. */
export type ParsedManifest =
  | { readonly kind: 'documents'; readonly documents: TrustedDocuments }
  | { readonly kind: 'fault'; readonly fault: string };

/** Reads a manifest as codegen writes it: a JSON object of texts by their hashes, with or without the prefix `sha256:`. */
export function readTrustedDocuments(manifest: string): ParsedManifest {
  const fault = (sentence: string): ParsedManifest => ({ kind: 'fault', fault: sentence });
  let entries: [string, unknown][];
  try {
    const parsed: unknown = JSON.parse(manifest);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      return fault('The manifest must be a JSON object of texts by their SHA-256.');
    }
    entries = Object.entries(parsed);
  } catch {
    return fault('The manifest is not JSON.');
  }
  if (entries.length === 0) return fault('The manifest holds no document.');
  const documents = new Map<string, string>();
  for (const [name, text] of entries) {
    const hash = withoutPrefix(name);
    if (typeof text !== 'string' || hashDocument(text) !== hash) {
      return fault(`The manifest has an entry whose name is not the SHA-256 of its text: ${hash}`);
    }
    documents.set(hash, text);
  }
  return { kind: 'documents', documents };
}

/** Turns a hash as codegen writes it into a key of `TrustedDocuments`. */
export function withoutPrefix(hash: string): string {
  return hash.replace(/^sha256:/, '');
}

/** The SHA-256 of a document's text in lower-case hexadecimal digits. */
export function hashDocument(text: string): string {
  return digest(text).toString('hex');
}
