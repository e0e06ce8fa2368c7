import { Outlet } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { Provider } from 'urql';
import { onCredential } from '../graph/credentials.ts';
import { createPanelClient } from '../graph/client.ts';
import { RefreshContext } from '../state/use-range.ts';
import { Gate } from './gate.tsx';
import { Header } from './header.tsx';
import { Rail } from './rail.tsx';
import { Ribbon } from './ribbon.tsx';

/** The frame of all pages. A new credential begins with an empty cache, so that nobody sees an earlier caller's answers. */
export function Shell() {
  const [callers, setCallers] = useState(0);
  const [count, setCount] = useState(0);
  useEffect(() => onCredential(() => setCallers((before) => before + 1)), []);
  const refreshing = useMemo(() => ({ count, refresh: () => setCount((before) => before + 1) }), [count]);
  const client = useMemo(() => {
    void callers;
    return createPanelClient();
  }, [callers]);
  return (
    <Provider key={callers} value={client}>
      <RefreshContext value={refreshing}>
        <Gate>
          <a className="skip button" href="#main">
            Skip to the page
          </a>
          <div className="shell">
            <Rail />
            <Header />
            <div className="ribbon-place">
              <Ribbon />
            </div>
            <main className="main" id="main" tabIndex={-1}>
              <Outlet />
            </main>
          </div>
        </Gate>
      </RefreshContext>
    </Provider>
  );
}
