import { expect, test } from 'vitest';
import { readTraceId } from '../../../src/http/tracing/trace-parent.ts';

const ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

test.each([`00-${ID}-${SPAN}-01`, `00-${ID}-${SPAN}-00`, `01-${ID}-${SPAN}-01-more`])(
  'the trace of a valid header is read: %s',
  (header) => {
    expect(readTraceId(header)).toBe(ID);
  },
);

test.each([
  undefined,
  '',
  ID,
  `ff-${ID}-${SPAN}-01`,
  `00-${'0'.repeat(32)}-${SPAN}-01`,
  `00-${ID}-${'0'.repeat(16)}-01`,
  `00-${ID.toUpperCase()}-${SPAN}-01`,
  `00-${ID}-${SPAN}-011`,
  `00-${ID}-${SPAN}-01\n`,
  ` 00-${ID}-${SPAN}-01`,
])('a header of another form names no trace: %s', (header) => {
  expect(readTraceId(header)).toBeUndefined();
});
