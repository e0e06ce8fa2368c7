import { Link, useLocation } from '@tanstack/react-router';
import { useCarry } from '../lists/set-aside.tsx';
import { useService } from '../state/service.ts';
import { Icon } from './icons.tsx';
import type { IconName } from './icons.tsx';

export const PAGES: readonly { readonly to: string; readonly label: string; readonly icon: IconName }[] = [
  { to: '/', label: 'Overview', icon: 'overview' },
  { to: '/breakdown', label: 'Break down', icon: 'breakdown' },
  { to: '/log', label: 'Calls', icon: 'log' },
  { to: '/events', label: 'Events', icon: 'events' },
  { to: '/timeline', label: 'Timeline', icon: 'timeline' },
];

export function Rail() {
  const { pathname } = useLocation();
  const { service } = useService();
  const carryTo = useCarry();
  return (
    <nav className="rail" aria-label="Pages">
      <span className="brand">
        <svg width="20" height="20" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M0 8h16" stroke="var(--line-strong)" strokeWidth="1.2" />
          <path d="M2 7V3h2v4zM6 7V1h2v6zM10 7V4h2v3z" fill="var(--calls)" />
          <path d="M4 9v4h2V9zM12 9v3h2V9z" fill="var(--events)" />
        </svg>
        Sightline
      </span>
      {PAGES.map(({ to, label, icon }) => {
        const { search, aside } = carryTo(to);
        return (
          <Link
            key={to}
            to={to}
            search={search}
            state={{ aside }}
            className="to"
            aria-current={pathname === to ? 'page' : undefined}
          >
            <Icon name={icon} />
            {label}
          </Link>
        );
      })}
      <div className="foot">
        <a className="to" href="/graphql">
          <Icon name="graph" />
          GraphiQL
        </a>
        <span className="label version">Version {service.version}</span>
      </div>
    </nav>
  );
}
