import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseSearch } from '../../../src/console/state/search.ts';
import { resolveSpan } from '../../../src/console/time/span.ts';
import {
  createView,
  keepView,
  readViews,
  removeView,
  renameView,
  writeShortInstant,
} from '../../../src/console/views/views.ts';
import type { View } from '../../../src/console/views/views.ts';

const NOW = Date.parse('2026-03-04T12:00:00.125Z');
const DAY = 86_400_000;

describe('a view', () => {
  test('an absolute view means the same span on every later day', () => {
    const lasts = fc.constantFrom('PT15M', 'PT3H', 'P1D', 'P7D', undefined);
    fc.assert(
      fc.property(lasts, fc.integer({ min: 0, max: 400 }), (last, days) => {
        const span = resolveSpan({ last }, NOW);
        const view = createView('absolute', 'x', '/log', { last, status: 'failed', live: '1' }, span, 'UTC');
        const opened = parseSearch(view.search);
        expect(resolveSpan(opened as { from: string; to: string }, NOW + days * DAY)).toEqual(span);
        expect(opened).toMatchObject({ status: 'failed', tz: 'UTC' });
        expect(opened).not.toHaveProperty('live');
      }),
    );
  });

  test('a relative view moves with the day, and leaves out what it need not say', () => {
    const view = createView('relative', 'x', '/', { last: 'P1D', tz: 'UTC' }, resolveSpan({}, NOW), 'UTC');
    expect(view.search).toBe('?tz=UTC');
    const later = resolveSpan(parseSearch(view.search), NOW + DAY);
    expect(later.toMs).toBe(NOW + DAY);
  });

  test('an instant loses only what it need not show', () => {
    expect(writeShortInstant(Date.parse('2026-03-04T12:00:00Z'))).toBe('2026-03-04T12:00Z');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 41 }), (ms) => {
        expect(Date.parse(writeShortInstant(ms))).toBe(ms);
      }),
    );
  });
});

describe('the views of a browser', () => {
  let kept: Map<string, string>;
  const view = (name: string): View => ({ name, path: '/log', search: '', kind: 'relative' });
  const names = () => readViews().map(({ name }) => name);

  beforeEach(() => {
    kept = new Map();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => kept.set(key, text),
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  test('a view is kept, replaced by one of its name, renamed and removed', () => {
    for (const name of ['b', 'a', 'a']) expect(keepView(view(name))).toBe(true);
    expect(names()).toEqual(['a', 'b']);
    expect(renameView('a', 'c')).toBe(true);
    expect(names()).toEqual(['b', 'c']);
    expect(renameView('c', 'b')).toBe(false);
    removeView('b');
    expect(names()).toEqual(['c']);
  });

  test('what is no view is left out, and so is one that leads to another site', () => {
    const bad = [{ name: 'x' }, 7, null, { ...view('evil'), path: '//example.com/' }];
    kept.set('sightline.views', JSON.stringify([...bad, view('good')]));
    expect(names()).toEqual(['good']);
    kept.set('sightline.views', '{');
    expect(names()).toEqual([]);
  });

  test('a browser that keeps nothing says so', () => {
    vi.stubGlobal('localStorage', undefined);
    expect(keepView(view('a'))).toBe(false);
    expect(readViews()).toEqual([]);
  });
});
