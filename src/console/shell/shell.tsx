import { Outlet } from '@tanstack/react-router';
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { Provider } from 'urql';
import { SetAside } from '../lists/set-aside.tsx';
import { onCredential } from '../graph/credentials.ts';
import { createPanelClient } from '../graph/client.ts';
import { RangeContext, useReadRange } from '../state/use-range.ts';
import { Gate } from './gate.tsx';
import { Header } from './header.tsx';
import { Rail } from './rail.tsx';
import { Ribbon } from './ribbon.tsx';

/** The frame of all pages. A new credential begins anew, so that nobody sees an earlier caller's answers. */
export function Shell() {
  const [callers, setCallers] = useState(0);
  useEffect(() => onCredential(() => setCallers((before) => before + 1)), []);
  const client = useMemo(() => {
    void callers;
    return createPanelClient();
  }, [callers]);
  return (
    <Provider key={callers} value={client}>
      <Gate>
        <Refreshable>
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
              <SetAside />
              <Outlet />
            </main>
          </div>
        </Refreshable>
      </Gate>
    </Provider>
  );
}

/**
 * Each refresh gives all panels a client with an empty cache, so that they ask anew also if their range has a fixed end. They show their
 * earlier answers until then, because their components stay.
 */
function Refreshable({ children }: { readonly children: ReactNode }) {
  const [count, setCount] = useState(0);
  const refresh = useCallback(() => setCount((before) => before + 1), []);
  const range = useReadRange(count, refresh);
  const client = useMemo(() => {
    void count;
    return createPanelClient();
  }, [count]);
  return (
    <Provider value={client}>
      <RangeContext value={range}>{children}</RangeContext>
    </Provider>
  );
}
