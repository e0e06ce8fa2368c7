import { describe, expect, test } from 'vitest';
import { loadUsageExport } from '../../../src/sandbox/data/load-export.ts';
import { loadUsage, timeOf, withTables, writeAll } from './export-files.ts';

describe('a JSON file', () => {
  test('with values that are not rows is served without them, and they are counted', async () => {
    const lines = [
      '{"id":"a","usageDate":"2014-08-10T03:02:34.053+00:00","processTime":"12"}',
      'not json',
      '{"id":"b","usageDate":"soon"}',
      '',
      '[1]',
      'null',
      '{"id":"b","usageDate":"99999999999999999999"}',
      '{"usageDate":"2014-08-10T03:02:34.053+00:00"}',
      '{"id":"c","usageDate":1407639760000,"elementTags":["x","y"],"processTime":"fast"}',
      '{"id":"c"',
    ];
    const [file = ''] = await writeAll({ 'broken.ndjson': lines.join('\n') });
    await withTables(loadUsageExport, [file], async ({ loaded, query }) => {
      expect(loaded).toMatchObject({
        rows: 2,
        unreadable: 7,
        firstUnreadable: [
          'broken.ndjson, row 2 is not JSON',
          'broken.ndjson, row 3 has no time that can be read in usageDate',
          'broken.ndjson, row 4 is not a JSON object',
          'broken.ndjson, row 5 is not a JSON object',
          'broken.ndjson, row 6 has no time that can be read in usageDate',
        ],
        unreadableValues: { processTime: 1 },
      });
      expect(await query('select id, process_time, element_tags from usage order by id')).toEqual([
        { id: 'a', process_time: 12n, element_tags: null },
        { id: 'c', process_time: null, element_tags: ['x', 'y'] },
      ]);
    });
  });

  test('of one object per line may begin with a byte order mark', async () => {
    const rows = [0, 1].map((n) => `{"id":"${n}","usageDate":"${timeOf(n)}"}`);
    expect(await loadUsage({ 'mark.ndjson': `\uFEFF${rows.join('\r\n')}` })).toMatchObject({
      rows: 2,
      unreadable: 0,
    });
  });
});
