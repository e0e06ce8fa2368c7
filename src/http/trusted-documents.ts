import { digest } from '../base/sealing.ts';

/** The only documents that are answered: their texts by the SHA-256 of each, in lower-case hexadecimal digits. */
export type TrustedDocuments = ReadonlyMap<string, string>;

/** Either documents, or why the manifest can't be used, in a sentence. */
export type ParsedManifest =
  | { readonly kind: 'documents'; readonly documents: TrustedDocuments }
  | { readonly kind: 'fault'; readonly fault: string };

/** Reads a manifest: one JSON object of texts by their hashes, with or without `sha256:` before them, as codegen writes it. */
export function readTrustedDocuments(manifest: string): ParsedManifest {
  const fault = (sentence: string): ParsedManifest => ({ kind: 'fault', fault: sentence });
  let entries: [string, unknown][];
  try {
    const parsed: unknown = JSON.parse(manifest);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      return fault('The manifest of trusted documents must be a JSON object of texts by their SHA-256.');
    }
    entries = Object.entries(parsed);
  } catch {
    return fault('The manifest of trusted documents is not JSON.');
  }
  if (entries.length === 0) return fault('The manifest of trusted documents holds none.');
  const documents = new Map<string, string>();
  for (const [name, text] of entries) {
    const hash = withoutPrefix(name);
    if (typeof text !== 'string' || hashDocument(text) !== hash) {
      return fault(
        `The manifest of trusted documents has an entry whose text does not have its hash: ${hash}`,
      );
    }
    documents.set(hash, text);
  }
  return { kind: 'documents', documents };
}

/** A hash as codegen writes it, and as it is kept here. */
export function withoutPrefix(hash: string): string {
  return hash.replace(/^sha256:/, '');
}

/** The name of a document: its SHA-256 in lower-case hexadecimal digits. */
export function hashDocument(text: string): string {
  return digest(text).toString('hex');
}
