import { CHECK_EVERY_MS, explainBreak, readReceipt } from './export-answer.ts';
import type { Download, DownloadOptions } from './export-answer.ts';
import type { PartFile } from './export-file.ts';
import { verifyExport } from './export-verify.ts';

/**
 * Receives a file that can't be gone on with, because its end names all of its parts: Parquet. If it breaks, nothing is kept. A vendor
 * that fails leaves a whole file of the rows before, with a receipt that says so.
 */
export async function receiveWhole(
  options: DownloadOptions,
  part: PartFile,
  response: Response,
): Promise<Download> {
  const { now, signal, onProgress } = options;
  const giveUp = async (reason: string): Promise<Download> => {
    await part.discard();
    return { kind: 'broken', reason, receipt: null };
  };
  let checkedMs = -Infinity;
  try {
    for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      await part.write(piece);
      if (now() - checkedMs < CHECK_EVERY_MS) continue;
      checkedMs = now();
      const sent = await readReceipt(options, response).catch(() => null);
      if (sent) onProgress(sent.export);
    }
  } catch (error) {
    return giveUp(explainBreak(error, signal));
  }
  const verdict = await verifyExport(part.path);
  if (verdict.kind === 'cut') return giveUp('The answer was cut: it has no receipt.');
  if (verdict.kind !== 'intact') return giveUp('What came is not what was sent: the digests differ.');
  onProgress(verdict.receipt);
  await part.finish();
  return { kind: 'written', receipt: verdict.receipt };
}
