import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeGlobalId, encodeGlobalId } from '../../src/graph/global-id.ts';
import { isUsageRecordId } from '../../src/sources/usage/record.ts';
import type { Position } from '../../src/sources/paging/position.ts';

const usageId = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const moment = fc.integer({ min: -8.64e15, max: 8.64e15 });
const text = (plain: string): string => Buffer.from(plain).toString('base64url');

describe('a global id', () => {
  test('of a usage record decodes to its id and its time', () => {
    fc.assert(
      fc.property(usageId, moment, (id, timestampMs) => {
        const globalId = encodeGlobalId({ source: 'USAGE', id, timestampMs });
        expect(decodeGlobalId(globalId)).toEqual({ source: 'USAGE', id, timestampMs });
      }),
    );
  });

  test('of a usage record without a time, as older ids, decodes to its id', () => {
    fc.assert(
      fc.property(usageId, (id) => {
        expect(decodeGlobalId(text(`UsageRecord:${id}`))).toEqual({ source: 'USAGE', id, timestampMs: null });
      }),
    );
  });

  test('of an event decodes to its exact 64-bit id and its time', () => {
    fc.assert(
      fc.property(int64, moment, (id, timestampMs) => {
        const event = { source: 'EVENTS', id, timestampMs } as const;
        expect(decodeGlobalId(encodeGlobalId(event))).toEqual(event);
      }),
    );
  });

  test.each([
    '',
    'nonsense',
    text('UsageRecord:'),
    text('UsageRecord:..'),
    text('UsageRecord:a/b'),
    text('UsageRecord:a b'),
    text(`UsageRecord:${'a'.repeat(65)}`),
    text('usageRecord:a'),
    text('UsageRecord:1:'),
    text('UsageRecord::a'),
    text('UsageRecord:01:a'),
    text('UsageRecord:-0:a'),
    text('UsageRecord:1:a:b'),
    text('UsageRecord:1:..'),
    text('UsageRecord:8640000000000001:a'),
    text(`UsageRecord:1:${'a'.repeat(65)}`),
    text('Event:1'),
    text('Event:1:'),
    text('Event:1:one'),
    text('Event:01:1'),
    text('Event:1:01'),
    text('Event:-0:1'),
    text('Event:1:-0'),
    text('Event:1:9223372036854775808'),
    text('Event:1:-9223372036854775809'),
    text('Event:8640000000000001:1'),
    text('Event:1:1:1'),
    text('Viewer:1'),
    `${text('UsageRecord:a')}=`,
    ` ${text('UsageRecord:a')}`,
    Buffer.from('UsageRecord:a?').toString('base64'),
  ])('that this service never made is null: %j', (globalId) => {
    expect(decodeGlobalId(globalId)).toBeNull();
  });

  test('of any text is null, or encodes to the same text again', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map(text),
          fc.string().map((s) => text(`Event:${s}`)),
          fc.string().map((s) => text(`UsageRecord:${s}`)),
          fc.tuple(moment, usageId).map(([ms, id]) => text(`UsageRecord:${ms}:${id}`)),
        ),
        (any) => {
          const found = decodeGlobalId(any);
          const again =
            found?.timestampMs === null
              ? text(`UsageRecord:${found.id}`)
              : found && encodeGlobalId(found as Position);
          expect(found === null || again === any).toBe(true);
        },
      ),
    );
  });
});

describe('the id of a usage record', () => {
  test.each(['..', '.', 'a/b', 'a%2Fb', '', 'é', 'a'.repeat(65), 'a\n'])('is never %j', (id) => {
    expect(isUsageRecordId(id)).toBe(false);
  });
});
