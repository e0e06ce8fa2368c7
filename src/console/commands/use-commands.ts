import { useLocation, useNavigate } from '@tanstack/react-router';
import { useCarry } from '../lists/set-aside.tsx';
import { PAGES } from '../shell/rail.tsx';
import { useRange } from '../state/use-range.ts';
import { one, parseSearch } from '../state/search.ts';
import { useSearchState } from '../state/use-search.ts';
import { useService } from '../state/service.ts';
import { setTheme, THEMES } from '../shell/theme.ts';
import { PRESETS } from '../time/span.ts';
import { listCalendarRanges } from '../time/calendar.ts';
import { moveSpan, widenSpan } from '../time/span.ts';
import { OWN_ZONE, ZONES } from '../time/zones.ts';
import { readViews } from '../views/views.ts';
import type { Command } from './command.ts';

/** What the commands open. */
export type Opened = 'palette' | 'shortcuts' | 'views';

const PAGE_KEYS: Readonly<Record<string, string>> = {
  '/': 'g o',
  '/breakdown': 'g b',
  '/log': 'g l',
  '/events': 'g e',
  '/timeline': 'g t',
};
const LISTS = ['/log', '/events', '/timeline'];

/** All that the palette and the keys can do on this page. */
export function useCommands({
  open,
  areKeysOn,
  setKeysOn,
}: {
  readonly open: (what: Opened) => void;
  readonly areKeysOn: boolean;
  readonly setKeysOn: (areOn: boolean) => void;
}): readonly Command[] {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [search, change] = useSearchState();
  const carryTo = useCarry();
  const { span, zoom, setWords, refresh, timeZone } = useRange();
  const { clockOffsetMs } = useService();
  const toggle = (key: string, value: string) =>
    change({ [key]: one(search, key) === value ? undefined : value }, { replace: true });
  const isList = LISTS.includes(pathname);
  return [
    ...PAGES.map(({ to, label }): Command => ({
      id: `page ${to}`,
      label: `Go to ${label}`,
      group: 'Pages',
      ...(PAGE_KEYS[to] === undefined ? {} : { keys: PAGE_KEYS[to] }),
      run() {
        const { search: carried, aside } = carryTo(to);
        void navigate({ to, search: carried, state: { aside } });
      },
    })),
    {
      id: 'graphiql',
      label: 'Go to GraphiQL',
      group: 'Pages',
      keys: 'g q',
      run: () => location.assign('/graphql'),
    },
    { id: 'refresh', label: 'Refresh', group: 'This page', keys: 'r', also: 'reload again', run: refresh },
    ...(pathname === '/'
      ? []
      : [
          {
            id: 'filter',
            label: 'Filter',
            group: 'This page',
            keys: '/',
            run: () => focus('[aria-label="Filter"]'),
          } as const,
        ]),
    ...(isList
      ? ([
          {
            id: 'export',
            label: 'Export this list',
            group: 'This page',
            keys: 'x',
            also: 'csv ndjson download',
            run: () => press('[data-export]'),
          },
          {
            id: 'live',
            label: 'Live on or off',
            group: 'This page',
            also: 'follow',
            run: () => toggle('live', '1'),
          },
          { id: 'dense', label: 'Dense rows on or off', group: 'This page', run: () => toggle('dense', '1') },
        ] as const)
      : []),
    ...(pathname === '/breakdown'
      ? ([
          {
            id: 'source',
            label: 'Break down the other source',
            group: 'This page',
            also: 'calls events',
            run: () => press('[aria-label="Source"] [aria-pressed="false"]'),
          },
        ] as const)
      : []),
    { id: 'earlier', label: 'Earlier range', group: 'Range', keys: '[', run: () => zoom(moveSpan(span, -1)) },
    { id: 'later', label: 'Later range', group: 'Range', keys: ']', run: () => zoom(moveSpan(span, 1)) },
    {
      id: 'wider',
      label: 'Wider range',
      group: 'Range',
      keys: 'z',
      also: 'zoom out',
      run: () => zoom(widenSpan(span)),
    },
    ...PRESETS.map(({ last, label }): Command => ({
      id: `last ${last}`,
      label,
      group: 'Range',
      run: () => setWords({ last }),
    })),
    ...listCalendarRanges(Date.now() + clockOffsetMs, timeZone).map(({ label, days, words }): Command => ({
      id: `calendar ${label}`,
      label: `${label}: ${days}`,
      group: 'Range',
      run: () => setWords(words),
    })),
    {
      id: 'views',
      label: 'Views: keep, open or share',
      group: 'Views',
      keys: 'v',
      also: 'saved link',
      run: () => open('views'),
    },
    ...readViews().map((view): Command => ({
      id: `view ${view.name}`,
      label: view.name,
      group: 'Views',
      run: () => void navigate({ to: view.path, search: parseSearch(view.search) }),
    })),
    ...THEMES.map((theme): Command => ({
      id: `theme ${theme}`,
      label: `Theme: ${theme}`,
      group: 'Look',
      run: () => setTheme(theme),
    })),
    { id: 'palette', label: 'Commands', group: 'Help', keys: 'p', run: () => open('palette') },
    {
      id: 'shortcuts',
      label: 'List of shortcuts',
      group: 'Help',
      keys: '?',
      also: 'keys',
      run: () => open('shortcuts'),
    },
    {
      id: 'keys',
      label: areKeysOn ? 'Turn shortcuts of single keys off' : 'Turn shortcuts of single keys on',
      group: 'Help',
      run: () => setKeysOn(!areKeysOn),
    },
    ...ZONES.map((zone): Command => ({
      id: `zone ${zone}`,
      label: `Time zone: ${zone}`,
      group: 'Time zones',
      isHidden: zone !== 'UTC' && zone !== OWN_ZONE,
      run: () => change({ tz: zone === OWN_ZONE ? undefined : zone }),
    })),
  ];
}

const focus = (selector: string): void => document.querySelector<HTMLElement>(selector)?.focus();
const press = (selector: string): void => document.querySelector<HTMLElement>(selector)?.click();
