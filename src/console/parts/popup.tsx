import { Popover } from '@base-ui/react/popover';
import type { ReactElement, ReactNode } from 'react';

/** A button that opens a small sheet beside itself. Escape closes it, and the focus comes back. */
export function Popup({
  title,
  trigger,
  children,
  className = 'button',
  open,
  onOpen,
}: {
  readonly title: string;
  readonly trigger: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
  readonly open?: boolean;
  readonly onOpen?: (isOpen: boolean) => void;
}): ReactElement {
  return (
    <Popover.Root {...(open === undefined ? {} : { open })} onOpenChange={(isOpen) => onOpen?.(isOpen)}>
      <Popover.Trigger className={className} data-quiet={className === 'button' ? '' : undefined}>
        {trigger}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} collisionPadding={8} className="positioner">
          <Popover.Popup className="popup">
            <Popover.Title className="visually-hidden">{title}</Popover.Title>
            {children}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
