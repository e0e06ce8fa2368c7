import { nameSource } from '../graph/failures.ts';
import { useRange } from '../state/use-range.ts';
import { writeCount, writeSpan } from '../time/words.ts';
import { listGaps, writeReceiptLine } from './receipt.ts';
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
  /** The name of its own file; null: it has none. */
  readonly file: string | null;
}) {
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
      {file !== null && receipt.sha256 !== '' && (
        <button type="button" className="button" onClick={() => void saveReceipt(receipt, file)}>
          Save the receipt
        </button>
      )}
    </section>
  );
}

/** The file beside a CSV that `npm run export -- --verify` looks for. */
async function saveReceipt(receipt: Receipt, file: string): Promise<void> {
  const sink = createMemorySink(file, 'application/json');
  await sink.append(new TextEncoder().encode(writeReceiptLine(receipt)));
  await sink.finish();
}
