import type { RangeWords } from '../time/span.ts';
import { readStorage, writeStorage } from '../state/storage.ts';

const KEY = 'sightline.ranges';
const MOST = 5;

/** The ranges that the reader has picked last, newest first. */
export function readRecent(): readonly RangeWords[] {
  try {
    const kept: unknown = JSON.parse(readStorage(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isWords).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function keepRecent(words: RangeWords): void {
  const text = JSON.stringify(words);
  const others = readRecent().filter((each) => JSON.stringify(each) !== text);
  writeStorage(KEY, JSON.stringify([words, ...others].slice(0, MOST)));
}

function isWords(value: unknown): value is RangeWords {
  if (typeof value !== 'object' || value === null) return false;
  const { last, from, to } = value as Record<string, unknown>;
  return typeof last === 'string' || (typeof from === 'string' && typeof to === 'string');
}
