import { useEffect, useSyncExternalStore } from 'react';
import { PAGES } from './rail.tsx';
import { useLocation } from '@tanstack/react-router';
import { useRange } from '../state/use-range.ts';
import { Commands } from '../commands/commands.tsx';
import { Icon } from './icons.tsx';
import { nameWords, RangePicker } from './range-picker.tsx';
import { DEFAULT_LAST } from '../time/span.ts';
import { writeSpan, writeZone } from '../time/words.ts';
import { usePageFocus } from './use-page-focus.ts';
import { nextTheme, onTheme, readTheme, setTheme } from './theme.ts';

export function Header() {
  const { pathname } = useLocation();
  const { refresh, words, span, timeZone } = useRange();
  const theme = useSyncExternalStore(onTheme, readTheme);
  const heading = usePageFocus(pathname);
  const title = PAGES.find(({ to }) => to === pathname)?.label ?? 'Sightline';
  const range = nameWords({ ...words, last: words.last ?? DEFAULT_LAST }, timeZone);
  // Tabs and bookmarks of several ranges can be told apart by their titles.
  useEffect(() => {
    document.title = `${title} · ${range} · Sightline`;
  }, [title, range]);
  return (
    <header className="header">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      <p className="print-only">
        {writeSpan(span, timeZone)} ({writeZone(span.toMs, timeZone)})
      </p>
      <div className="row push">
        <RangePicker />
        <button type="button" className="button" onClick={refresh} aria-label="Refresh" title="Refresh">
          <Icon name="refresh" />
        </button>
        <button
          type="button"
          className="button theme"
          data-quiet=""
          onClick={() => setTheme(nextTheme(theme))}
          aria-label={`Theme: ${theme}. Change it`}
          title={`Theme: ${theme}`}
        >
          <Icon name="theme" />
        </button>
        <Commands />
      </div>
    </header>
  );
}
