import './commands.css';
import { Dialog } from '@base-ui/react/dialog';
import type { Command } from './command.ts';
import { Keys } from './palette.tsx';

/** The keys of all commands of this page, and those of its parts. */
export function ShortcutList({
  commands,
  areKeysOn,
  onClose,
}: {
  readonly commands: readonly Command[];
  readonly areKeysOn: boolean;
  readonly onClose: () => void;
}) {
  const withKeys = commands.flatMap(({ id, label, keys }) =>
    keys === undefined ? [] : [{ id, label, keys }],
  );
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog">
          <Dialog.Title>Shortcuts</Dialog.Title>
          {!areKeysOn && (
            <p className="notice">Shortcuts of single keys are off. Ctrl K still opens the commands.</p>
          )}
          <dl className="shortcuts">
            <div>
              <dt>
                <Keys keys="Ctrl K" />
              </dt>
              <dd>Commands, also in a field (⌘ K on a Mac)</dd>
            </div>
            {withKeys.map(({ id, label, keys }) => (
              <div key={id}>
                <dt>
                  <Keys keys={keys} />
                </dt>
                <dd>{label}</dd>
              </div>
            ))}
          </dl>
          <p className="muted">
            On a chart, left and right move over its buckets, Shift selects a stretch, and Enter opens what is
            marked.
          </p>
          <Dialog.Close className="button">Close</Dialog.Close>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
