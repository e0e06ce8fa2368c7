import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';

/**
 * Moves the focus to the heading when another page is shown, so that a screen reader says its name and Tab goes on from there. Otherwise the
 * focus is lost together with the link or the dialog that led here. The first page leaves the focus to the browser.
 */
export function usePageFocus(pathname: string): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    heading.current?.focus({ preventScroll: true });
  }, [pathname]);
  return heading;
}
