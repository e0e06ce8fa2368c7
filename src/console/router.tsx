import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Shell } from './shell/shell.tsx';
import { parseSearch, writeSearch } from './state/search.ts';
import type { Search } from './state/search.ts';

const root = createRootRoute({
  component: Shell,
  // Each page reads the keys that it knows, and leaves the others for the pages that know them.
  validateSearch: (search: Record<string, unknown>): Search => search as Search,
});

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview/overview.tsx'), 'Overview'),
});
const breakdown = createRoute({
  getParentRoute: () => root,
  path: '/breakdown',
  component: lazyRouteComponent(() => import('./pages/breakdown/breakdown.tsx'), 'Breakdown'),
});
const log = createRoute({
  getParentRoute: () => root,
  path: '/log',
  component: lazyRouteComponent(() => import('./pages/log/log.tsx'), 'Log'),
});
const events = createRoute({
  getParentRoute: () => root,
  path: '/events',
  component: lazyRouteComponent(() => import('./pages/events/events.tsx'), 'Events'),
});
const timeline = createRoute({
  getParentRoute: () => root,
  path: '/timeline',
  component: lazyRouteComponent(() => import('./pages/timeline/timeline.tsx'), 'Timeline'),
});

export const router = createRouter({
  routeTree: root.addChildren([overview, breakdown, log, events, timeline]),
  parseSearch: (text) => ({ ...parseSearch(text) }),
  stringifySearch: writeSearch,
  scrollRestoration: false,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
