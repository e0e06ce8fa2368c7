/** What one document may ask at most, counted after fragments have been put in place. Each is a setting. */
export interface DocumentBounds {
  /** Lexical tokens of the text. */
  readonly maxTokens: number;
  /** Fields on the longest way down. */
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  readonly maxRootFields: number;
  /** Fields and fragments together: what a chain of fragments doubles at each step. */
  readonly maxSelections: number;
}

export const DEFAULT_DOCUMENT_BOUNDS: DocumentBounds = {
  maxTokens: 1_000,
  maxDepth: 12,
  maxAliases: 15,
  maxDirectives: 5,
  maxRootFields: 10,
  maxSelections: 1_000,
};
