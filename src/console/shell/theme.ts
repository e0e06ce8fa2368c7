import { readStorage, writeStorage } from '../state/storage.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'sightline.theme';

/** The reader's theme. A browser that keeps nothing shows that of the system. */
export function readTheme(): Theme {
  const kept = readStorage(KEY);
  const theme = THEMES.find((each) => each === kept) ?? 'system';
  applyTheme(theme);
  return theme;
}

export function setTheme(theme: Theme): void {
  applyTheme(theme);
  writeStorage(KEY, theme);
  for (const listener of listeners) listener();
}

const listeners = new Set<() => void>();

/** Learns each change of the theme. Returns how to stop. */
export function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const nextTheme = (theme: Theme): Theme =>
  THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';

function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
