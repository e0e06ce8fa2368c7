import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { countKnown, USAGE_EXPORT } from '../../../src/sandbox/data/export-columns.ts';
import { readCsvHeader } from '../../../src/sandbox/data/csv-export.ts';

const read = (line: string) => readCsvHeader(line, (names) => countKnown(names, USAGE_EXPORT));

test.each([
  ['id,usageDate', ',', ['id', 'usageDate']],
  ['id;usageDate;requestURI', ';', ['id', 'usageDate', 'requestURI']],
  ['id\tusageDate', '\t', ['id', 'usageDate']],
  // The other delimiters may be in names, which need not be ours.
  ['id;"a,b,c,d";usageDate', ';', ['id', 'a,b,c,d', 'usageDate']],
  ['id,"x;y;z",usageDate', ',', ['id', 'x;y;z', 'usageDate']],
  ['"id","usage ""Date"""', ',', ['id', 'usage "Date"']],
  [' id , "usageDate" ,', ',', ['id', 'usageDate', '']],
  ['', ',', ['']],
  ['colour;size', ';', ['colour', 'size']],
])('%j is parted by %j', (line, delimiter, names) => {
  expect(read(line)).toEqual({ delimiter, names });
});

test('a header that was written by RFC 4180 is read as it was, whatever its names hold', () => {
  const name = fc
    .string({ unit: fc.constantFrom('a', ',', ';', '\t', '"', ' ', 'ä') })
    .map((text) => text.trim());
  fc.assert(
    fc.property(fc.array(name), fc.constantFrom(',', ';', '\t'), (others, delimiter) => {
      const names = ['id', 'usageDate', ...others];
      const line = names.map((each) => `"${each.replaceAll('"', '""')}"`).join(delimiter);
      expect(read(line)).toEqual({ delimiter, names });
    }),
  );
});
