import { describe, expect, test } from 'vitest';
import {
  CALL_DIMENSIONS,
  chooseDimensions,
  EVENT_DIMENSIONS,
} from '../../../src/console/pages/breakdown/dimensions.ts';
import { findRows } from '../../../src/console/pages/breakdown/rows-of.ts';
import { findTallest, readSpike, writeSpike } from '../../../src/console/pages/breakdown/spike-span.ts';

const by = (...keys: string[]) => chooseDimensions(CALL_DIMENSIONS, { by: keys });

describe('the rows of a group', () => {
  test('a group leads to the filters of the page and its own values', () => {
    expect(
      findRows('calls', by('element', 'status'), ['sfdc', 'FAILED'], { user: '7', sort: 'p95' }),
    ).toEqual({
      to: '/log',
      search: { user: '7', element: 'sfdc', status: 'failed' },
    });
  });

  test('a group of events leads to events', () => {
    const dimensions = chooseDimensions(EVENT_DIMENSIONS, { by: ['action'] });
    expect(findRows('events', dimensions, ['user-locked-out'], {})).toEqual({
      to: '/events',
      search: { action: 'user-locked-out' },
    });
  });

  test.each([
    ['no row has a value', 'element', null],
    ['no filter tests it', 'method', 'GET'],
    ['the filter knows no such value', 'status', 'PENDING'],
    ['the filter would trim it', 'element', ' sfdc'],
  ])('a group leads nowhere if %s', (_, key, value) => {
    expect(findRows('calls', by(key), [value], {})).toBeNull();
  });

  test('a tag beside another tag leads nowhere, because no filter asks for both', () => {
    expect(findRows('calls', by('tag'), ['beta'], { tag: 'prod' })).toBeNull();
    expect(findRows('calls', by('tag'), ['prod'], { tag: ['prod', 'beta'] })?.search).toEqual({
      tag: 'prod',
    });
  });

  test('an address leads to its rows if the block of the filter holds it', () => {
    expect(findRows('calls', by('ip'), ['10.20.1.7'], { ip: '10.0.0.0/8' })?.search).toEqual({
      ip: '10.20.1.7',
    });
    expect(findRows('calls', by('ip'), ['11.20.1.7'], { ip: '10.0.0.0/8' })).toBeNull();
    expect(findRows('calls', by('ip'), ['10.20.1.7'], { ip: '10.20.1.7' })).not.toBeNull();
  });

  test('dimensions are those of the address, each once, three at most', () => {
    const keys = by('user', 'user', 'api', 'nothing', 'ip', 'tag').map(({ key }) => key);
    expect(keys).toEqual(['user', 'api', 'ip']);
    expect(by('nothing').map(({ key }) => key)).toEqual(['element']);
  });
});

describe('the stretch of an address', () => {
  test('a stretch is read as it was written, and what is none is none', () => {
    const span = { fromMs: Date.parse('2026-03-04T09:00:00Z'), toMs: Date.parse('2026-03-04T10:00:00Z') };
    expect(readSpike(writeSpike(span))).toEqual(span);
    for (const text of [undefined, '', 'a/b', '2026-03-04T10:00:00Z/2026-03-04T09:00:00Z'])
      expect(readSpike(text)).toBeNull();
  });

  test('the highest bar is one that the range does not cut', () => {
    const bars = [9, 3, 5].map((count, at) => ({
      fromMs: at * 10,
      toMs: at * 10 + 10,
      count,
      failed: 0,
      p95: null,
    }));
    expect(findTallest(bars, { fromMs: 4, toMs: 30 })).toEqual({ fromMs: 20, toMs: 30 });
    expect(findTallest([], { fromMs: 0, toMs: 30 })).toBeNull();
  });
});
