import './export.css';
import { Dialog } from '@base-ui/react/dialog';
import { useState } from 'react';
import { useService } from '../state/service.ts';
import { ExportForm } from './export-form.tsx';
import type { ExportQuestion } from './question.ts';

const NAMES = { usage: 'calls', events: 'events', timeline: 'entries' } as const;

/** Takes the list of a page away as a file: exactly its range and its filter. */
export function ExportButton({ list, range, filter }: Pick<ExportQuestion, 'list' | 'range' | 'filter'>) {
  const { scopes } = useService();
  const [isOpen, setOpen] = useState(false);
  const name = NAMES[list];
  return (
    <Dialog.Root open={isOpen} onOpenChange={setOpen} disablePointerDismissal>
      <Dialog.Trigger className="button" data-export="">
        Export
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog export">
          <Dialog.Title>Export these {name}</Dialog.Title>
          {scopes.has('export') ? (
            <ExportForm list={list} range={range} filter={filter} name={name} />
          ) : (
            <p className="notice" data-kind="error" role="alert">
              To take whole lists away you need the scope export, and this caller does not have it. Ask your
              operator for it.
            </p>
          )}
          <Dialog.Close className="button">Close</Dialog.Close>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
