import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/panel.css';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { router } from './router.tsx';
import { showFocusGuards } from './shell/focus-guards.ts';

const place = document.getElementById('console');
if (place) {
  showFocusGuards();
  createRoot(place).render(
    <StrictMode>
      {/* The page's policy forbids styles inside the page. */}
      <CSPProvider disableStyleElements>
        <RouterProvider router={router} />
      </CSPProvider>
    </StrictMode>,
  );
}
