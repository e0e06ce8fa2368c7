import { pino } from 'pino';
import { expect, test } from 'vitest';
import { copyServiceFiles, createServiceFiles } from '../../src/cli/file-archive.ts';

test('a copy that can not be made is a warning, and the rows are scanned as before', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(line) });
  const files = createServiceFiles(log);
  const copyRows = async (): Promise<never> => {
    throw new Error('no space left on device');
  };
  await copyServiceFiles(files, { copyRows }, log);
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    {
      level: 40,
      err: { message: 'no space left on device' },
      msg: 'the rows of the files could not be copied; some filters stay bounded scans',
    },
  ]);
  expect(files.usage.heldSpans(null)).toEqual([]);
});
