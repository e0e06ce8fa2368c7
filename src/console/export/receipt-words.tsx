import { useState } from 'react';
import { nameSource } from '../graph/failures.ts';
import { useRange } from '../state/use-range.ts';
import { useService } from '../state/service.ts';
import { writeCount, writeSpan } from '../time/words.ts';
import { listGaps, listUnknownKeeping, writeReceiptFile } from './receipt.ts';
import type { Receipt } from './receipt.ts';
import { createMemorySink } from './sink.ts';

/** What the receipt proves, in words. */
export function ReceiptWords({
  receipt,
  isVerified,
  file,
}: {
  readonly receipt: Receipt;
  readonly isVerified: boolean | null;
  /** The name of the file with the rows. */
  readonly file: string;
}) {
  const { service } = useService();
  const [saved, setSaved] = useState<string | null>(null);
  const unknown = listUnknownKeeping(receipt, service.sources);
  const { timeZone } = useRange();
  const gaps = listGaps(receipt);
  return (
    <section className="receipt" aria-label="Receipt">
      <h3>Receipt</h3>
      <p>
        {writeCount(receipt.rows)} rows.{' '}
        {receipt.complete
          ? 'The list was read to its end, and nothing of it is missing.'
          : 'Not whole: rows are missing.'}
        {receipt.coverage.some(({ status }) => status === 'FILLING')
          ? ' The vendor may still add rows to its newest part.'
          : ''}
      </p>
      {receipt.complete && unknown.length > 0 && (
        <p>
          The {unknown.map(nameSource).join(' and the ')} {unknown.length > 1 ? 'do' : 'does'} not say how
          long {unknown.length > 1 ? 'they keep' : 'it keeps'} rows, so older rows of this range may have been
          deleted before it was read.{' '}
          {receipt.rows > 0 ? 'The last row of the file is the oldest that was there.' : ''}
        </p>
      )}
      {gaps.length > 0 && (
        <ul>
          {gaps.map((gap) => (
            <li key={gap.source + gap.from + gap.to}>
              {nameSource(gap.source)},{' '}
              {writeSpan({ fromMs: Date.parse(gap.from), toMs: Date.parse(gap.to) }, timeZone)}:{' '}
              {gap.reason ?? gap.status}
            </li>
          ))}
        </ul>
      )}
      {receipt.sha256 !== '' && (
        <p>
          SHA-256 <code className="digest">{receipt.sha256}</code>
        </p>
      )}
      <p className="muted">
        {isVerified
          ? 'What arrived has the digest of what was sent.'
          : 'Not verified here: this browser digests only pages that came over TLS, and files up to 1 GB. npm run export -- --verify FILE does it.'}
      </p>
      {receipt.of.format === 'csv' && receipt.sha256 !== '' && (
        <div className="row">
          <button
            type="button"
            className="button"
            onClick={() => void saveReceipt(receipt, file).then(setSaved)}
          >
            Save the receipt
          </button>
          <p role="status">{saved === null ? '' : `The receipt is saved as ${saved}.`}</p>
        </div>
      )}
    </section>
  );
}

/** The file beside a CSV that `npm run export -- --verify` looks for. NDJSON has its receipt in its last line. @returns its name */
async function saveReceipt(receipt: Receipt, file: string): Promise<string> {
  const name = `${file}.receipt.json`;
  const sink = createMemorySink(name, 'application/json');
  await sink.append(new TextEncoder().encode(writeReceiptFile(receipt, file)));
  await sink.finish();
  return name;
}
