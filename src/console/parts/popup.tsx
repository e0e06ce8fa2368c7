import { Popover } from '@base-ui/react/popover';
import type { ReactElement, ReactNode, RefObject } from 'react';

/** A button that opens a small sheet beside itself. Escape closes it, and the focus comes back. */
export function Popup({
  title,
  trigger,
  children,
  className = 'button',
  open,
  onOpen,
  initialFocus,
}: {
  readonly title: string;
  readonly trigger: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
  readonly open?: boolean;
  readonly onOpen?: (isOpen: boolean) => void;
  /** What has the focus at first, if it is there. Otherwise the first part that can have it. */
  readonly initialFocus?: RefObject<HTMLElement | null>;
}): ReactElement {
  return (
    <Popover.Root {...(open === undefined ? {} : { open })} onOpenChange={(isOpen) => onOpen?.(isOpen)}>
      <Popover.Trigger className={className} data-quiet={className === 'button' ? '' : undefined}>
        {trigger}
      </Popover.Trigger>
      <Popover.Portal>
        <Sheet title={title} initialFocus={initialFocus}>
          {children}
        </Sheet>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** It looks for the page when it opens, and stays within it, so that it does not cover the rail. */
function Sheet({
  title,
  children,
  initialFocus,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly initialFocus: RefObject<HTMLElement | null> | undefined;
}): ReactElement {
  return (
    <Popover.Positioner
      sideOffset={6}
      collisionPadding={8}
      collisionBoundary={document.getElementById('main') ?? 'clipping-ancestors'}
      className="positioner"
    >
      <Popover.Popup className="popup" {...(initialFocus === undefined ? {} : { initialFocus })}>
        <Popover.Title className="visually-hidden">{title}</Popover.Title>
        {children}
      </Popover.Popup>
    </Popover.Positioner>
  );
}
