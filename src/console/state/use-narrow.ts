import { useSyncExternalStore } from 'react';

/** The window of a phone, as the styles have it. */
const narrow = matchMedia('(max-width: 480px)');

const listen = (listener: () => void): (() => void) => {
  narrow.addEventListener('change', listener);
  return () => narrow.removeEventListener('change', listener);
};

/** Whether the window is as narrow as that of a phone. */
export const useNarrow = (): boolean => useSyncExternalStore(listen, () => narrow.matches);
