const HIDDEN_GUARD = '[data-base-ui-focus-guard][aria-hidden]';

/**
 * Shows the focus guards of Base UI to those who listen. The library hides these empty elements around an open menu or sheet though they take
 * the focus (and pass it on), and nothing that takes the focus may be hidden. It writes the attribute once, so it stays away.
 */
export function showFocusGuards(): void {
  new MutationObserver((changes) => {
    const isAdded = changes.some(({ addedNodes }) => addedNodes.length > 0);
    if (!isAdded) return;
    for (const guard of document.querySelectorAll(HIDDEN_GUARD)) guard.removeAttribute('aria-hidden');
  }).observe(document.body, { childList: true, subtree: true });
}
