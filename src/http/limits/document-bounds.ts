import type { DocumentNode } from 'graphql';
import { RequestError } from '../../base/errors.ts';
import { measureDocument } from './document-size.ts';
import type { DocumentSize } from './document-size.ts';
import { countFragments, countOverlaps } from './overlaps.ts';

/** The bounds of a document, counted after its fragments are expanded. Each is a setting. */
export interface DocumentBounds {
  /** Lexical tokens of the text, fragments not expanded. */
  readonly maxTokens: number;
  /** Fields on the longest path. */
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
  readonly maxRootFields: number;
  /** Fields and fragments together. A chain of fragments can double them at each step. */
  readonly maxSelections: number;
}

/** The standard introspection query has 15 levels, and one step from a type to the types of its fields. */
export const MAX_INTROSPECTION_DEPTH = 20;
export const MAX_INTROSPECTION_HOPS = 1;

/** The standard rules compare each pair of fragments, and each pair of fields with one name in one place of the answer. */
export const MAX_FRAGMENTS = 50;
export const MAX_OVERLAPS = 1_000;

interface Bound {
  readonly limit: string;
  readonly measure: (size: DocumentSize) => number;
  readonly allowed: (bounds: DocumentBounds) => number;
  /** Follows the figure in the message, and says what the caller can do. */
  readonly words: string;
}

const BOUNDS: readonly Bound[] = [
  {
    limit: 'maxDepth',
    measure: ({ depth }) => depth,
    allowed: ({ maxDepth }) => maxDepth,
    words: 'levels of fields. Ask for what lies deeper in an operation of its own',
  },
  {
    limit: 'maxRootFields',
    measure: ({ rootFields }) => rootFields,
    allowed: ({ maxRootFields }) => maxRootFields,
    words: 'root fields. Spread them over several operations',
  },
  {
    limit: 'maxAliases',
    measure: ({ aliases }) => aliases,
    allowed: ({ maxAliases }) => maxAliases,
    words: 'aliases. Spread them over several operations',
  },
  {
    limit: 'maxDirectives',
    measure: ({ directives }) => directives,
    allowed: ({ maxDirectives }) => maxDirectives,
    words: 'directives. Leave out those that the caller can apply itself',
  },
  {
    limit: 'maxSelections',
    measure: ({ selections }) => selections,
    allowed: ({ maxSelections }) => maxSelections,
    words: 'selections. Spread them over several operations',
  },
  {
    limit: 'maxIntrospectionDepth',
    measure: ({ introspectionDepth }) => introspectionDepth,
    allowed: () => MAX_INTROSPECTION_DEPTH,
    words: 'levels of introspection. The standard introspection query passes',
  },
  {
    limit: 'maxIntrospectionHops',
    measure: ({ introspectionHops }) => introspectionHops,
    allowed: () => MAX_INTROSPECTION_HOPS,
    words: "steps from a type to its fields' types. The standard introspection query passes",
  },
];

/** The refusal `LIMIT_EXCEEDED` for the first bound that a document exceeds; null: it exceeds none. */
export function checkBounds(document: DocumentNode, bounds: DocumentBounds): RequestError | null {
  const fragments = countFragments(document);
  if (fragments > MAX_FRAGMENTS) {
    return new RequestError(
      'LIMIT_EXCEEDED',
      `A document may have ${MAX_FRAGMENTS} fragments, and this one has ${fragments}. Spread them over several documents.`,
      { limit: 'maxFragments', allowed: MAX_FRAGMENTS, requested: fragments },
    );
  }
  for (const size of measureDocument(document)) {
    for (const { limit, measure, allowed, words } of BOUNDS) {
      const requested = measure(size);
      const figure = allowed(bounds);
      if (requested > figure) {
        return new RequestError(
          'LIMIT_EXCEEDED',
          `An operation may have ${figure}, and this one has ${requested} ${words}.`,
          { limit, allowed: figure, requested },
        );
      }
    }
  }
  const overlaps = countOverlaps(document);
  if (overlaps > MAX_OVERLAPS) {
    return new RequestError(
      'LIMIT_EXCEEDED',
      `An operation may select ${MAX_OVERLAPS} pairs of fields into one place, and this one selects ${overlaps}. Select each field once.`,
      { limit: 'maxOverlaps', allowed: MAX_OVERLAPS, requested: overlaps },
    );
  }
  return null;
}
