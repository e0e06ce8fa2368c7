import { describe, expect, test } from 'vitest';
import { createRows, NOW_MS, openCase, SECRETS, summarize } from './examined-vendors.ts';
import type { Case } from './examined-vendors.ts';

const DAY_MS = 86_400_000;

interface Expected {
  readonly usage: Readonly<Record<string, RegExp>>;
  readonly events: Readonly<Record<string, RegExp>>;
  readonly calls: { readonly usage: number; readonly events: number };
}

/** A vendor as the service likes it best. */
const BEST: Expected = {
  usage: {
    credentials: /^ok/,
    dialect: /^ok: snake_case/,
    rows: /^ok: 200 rows/,
    order: /^ok: newest first/,
    bounds: /^ok: the lower bound is inclusive, the upper inclusive/,
    pageOffset: /^ok: it counts records/,
    'largest page': /^ok: 2000 rows/,
    counts: /^ok: \d+ calls in both/,
    retention: /^note: rows older than 30 days/,
    clock: /^ok/,
    latency: /^ok: median 20 ms/,
    'rate limit': /^ok/,
  },
  events: {
    credentials: /^ok/,
    'request form': /^ok: sort by timestamp, times with gt: and lt:/,
    rows: /^ok: 1000 rows/,
    order: /^ok: newest first/,
    bounds: /^ok: the lower bound is inclusive, the upper inclusive/,
    retention: /^ok: the oldest row is of .*, 39 days ago/,
    clock: /^ok/,
    latency: /^ok/,
    'rate limit': /^ok/,
  },
  calls: { usage: 7, events: 3 },
};

const CASES: Readonly<Record<string, { readonly is: Case; readonly differs: Partial<Expected> }>> = {
  'that behave as the service likes it best': { is: {}, differs: {} },
  'of 2014, with short pages, page numbers and exclusive bounds': {
    is: {
      usage: {
        dialect: 'camel',
        zone: '+00:00',
        clamp: 50,
        offsetUnit: 'pages',
        fromIsIn: false,
        toIsIn: false,
      },
      events: { fromIsIn: false, toIsIn: false },
    },
    differs: {
      usage: {
        dialect: /^ok: camelCase/,
        rows: /^ok: 50 rows/,
        bounds: /^ok: the lower bound is exclusive, the upper exclusive/,
        pageOffset: /^ok: it counts pages/,
        'largest page': /^note: the vendor gives 50 rows at most/,
      },
      events: { bounds: /^ok: the lower bound is exclusive, the upper exclusive/ },
    },
  },
  'that refuse operators and sort by id only': {
    is: { events: { takesOperators: false, sorts: 'id' } },
    differs: {
      events: {
        'request form': /^note: sort by id, times without gt: and lt:/,
        retention: /^unknown/,
      },
      // Three forms are refused before the fourth; the oldest row is not asked for.
      calls: { usage: 7, events: 5 },
    },
  },
  'whose clocks are wrong, which are slow and count calls': {
    is: {
      skewMs: -45_000,
      latencyMs: 2_000,
      headers: { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '0' },
    },
    differs: {
      usage: {
        clock: /^wrong: the vendor's clock is 4[45]\.\d s behind/,
        latency: /^note: median 2000 ms/,
        'rate limit': /^wrong: x-ratelimit-limit: 100, x-ratelimit-remaining: 0/,
      },
      events: { clock: /^wrong/, latency: /^note/, 'rate limit': /^wrong/ },
    },
  },
  'whose logs are young, and whose analytics count too few': {
    is: {
      rows: createRows(2),
      change: (answer, path) =>
        path.startsWith('/usage/analytics/')
          ? { ...answer, body: Buffer.from(answer.body.toString().replaceAll('"count":20', '"count":19')) }
          : answer,
    },
    differs: {
      usage: {
        counts: /^wrong: \d+ calls in the analytics, \d+ rows in the log/,
        'largest page': /^unknown: \d+ rows, which seem to be all/,
        retention: /^unknown: no row of 29 to 30 days ago/,
      },
      events: { rows: /^ok: 959 rows/, retention: /^ok: .*, 1 days ago/ },
    },
  },
  'that give rows oldest first, and bad ones': {
    is: {
      rows: createRows(40).map((row, index) =>
        index === 8 || index === 9 ? { ...row, defect: 'no-id' } : row,
      ),
      change: (answer, path, query) => {
        if (path !== '/usage' || query.get('pageSize') !== '200') return answer;
        const rows = JSON.parse(answer.body.toString()) as unknown[];
        return { ...answer, body: Buffer.from(JSON.stringify(rows.toReversed())) };
      },
    },
    differs: {
      usage: {
        rows: /^wrong: 1 of 200 rows could not be parsed/,
        order: /^wrong: not newest first/,
        bounds: /^unknown/,
        pageOffset: /^unknown/,
        counts: /^unknown/,
      },
      events: { rows: /^wrong: 1 of 1000 rows/ },
      calls: { usage: 4, events: 3 },
    },
  },
};

describe('an examination', () => {
  test.each(Object.entries(CASES))(
    'reports vendors %s right, with the calls that it named',
    async (_, one) => {
      const { doctor, calls, examine } = openCase(one.is);
      const findings = await examine();
      const expected: Expected = { ...BEST, ...one.differs };
      for (const [subject, own] of [
        ['USAGE', 'usage'],
        ['EVENTS', 'events'],
      ] as const) {
        const checks = { ...BEST[own], ...one.differs[own] };
        const found = summarize(findings, subject);
        expect(Object.keys(found).toSorted()).toEqual(Object.keys(checks).toSorted());
        for (const [check, pattern] of Object.entries(checks)) expect(found[check], check).toMatch(pattern);
        expect(
          calls.filter((target) => target.startsWith(`/${own}`)),
          own,
        ).toHaveLength(expected.calls[own]);
      }
      const named = doctor.plan.filter(({ source }) => source === 'USAGE').map(({ operation }) => operation);
      const made = calls
        .filter((target) => target.startsWith('/usage'))
        .map((target) => target.split('?', 1)[0]);
      if (expected.calls.usage === named.length) expect(made).toEqual(named);
      expect(made.length).toBeLessThanOrEqual(named.length);
      for (const { verdict, advice } of findings) if (verdict === 'wrong') expect(advice).not.toBeNull();
    },
  );

  test.each([401, 403, 429, 500])(
    'ends with one call of each vendor that answers %i, and says what to do',
    async (status) => {
      const { calls, examine } = openCase({
        change: (answer) => ({
          ...answer,
          status,
          body: Buffer.from(JSON.stringify({ message: SECRETS[0] })),
        }),
      });
      const findings = await examine();
      expect(calls).toHaveLength(2);
      const failed = findings.filter(({ check }) => check === 'credentials');
      expect(failed.map(({ verdict, advice }) => [verdict, advice === null])).toEqual([
        ['wrong', false],
        ['wrong', false],
      ]);
    },
  );

  test('never prints a secret, a value of a row or a text of a vendor', async () => {
    const seen: string[] = [];
    for (const one of [...Object.values(CASES).map(({ is }) => is), { change: failing }]) {
      seen.push(JSON.stringify(await openCase(one).examine()));
    }
    for (const canary of [...SECRETS, 'alice', 'she came', '10.0.0.1', 'contacts', 'canary'])
      expect(seen.join('\n')).not.toContain(canary);
  });

  test('asks no vendor without credentials, and says so', async () => {
    const env = { EVENTS_API_TOKEN: '' };
    const { doctor, calls, examine } = openCase({ env });
    expect(doctor.plan.map(({ source }) => source)).not.toContain('EVENTS');
    expect(summarize(await examine(), 'EVENTS')).toEqual({ credentials: 'unknown: it is not configured' });
    expect(calls.every((target) => target.startsWith('/usage'))).toBe(true);
  });
});

const failing: NonNullable<Case['change']> = (answer) => ({
  ...answer,
  status: 400,
  headers: { ...answer.headers, 'x-ratelimit-note': 'canary@example.org' },
  body: Buffer.from('{"message":"canary of the vendor"}'),
});

describe('a look', () => {
  const look = async (is: Case, known: Parameters<ReturnType<typeof openCase>['doctor']['look']>[0]) => {
    const { doctor, calls } = openCase(is);
    return { ...(await doctor.look(known, new AbortController().signal)), calls };
  };

  test('takes two calls of the Usage API and two of the Events API, and reports nothing at first or if nothing changed', async () => {
    const first = await look({}, null);
    expect(first).toMatchObject({ drift: [], failures: [] });
    expect(first.calls.map((target) => target.split('?', 1)[0])).toEqual([
      '/usage',
      '/usage/analytics/activity',
      '/events',
      '/events',
    ]);
    expect((await look({}, first.memory)).drift).toEqual([]);
  });

  test('reports in words what has changed, once', async () => {
    const { memory } = await look({}, null);
    const rows = createRows(40).map((row) =>
      row.source === 'EVENTS' && row.ms > NOW_MS - DAY_MS / 24 ? { ...row, action: 'password-stolen' } : row,
    );
    const changed: Case = {
      rows,
      change: (answer, path) => {
        if (path.startsWith('/usage/analytics/')) {
          return {
            ...answer,
            body: Buffer.from(answer.body.toString().replaceAll('"count":20', '"count":21')),
          };
        }
        const text = answer.body
          .toString()
          .replaceAll('"username":"alice"', '"actor":{"id":7}')
          .replaceAll('"user_id":1', '"user_id":"1"');
        return { ...answer, body: Buffer.from(text) };
      },
    };
    const second = await look(changed, memory);
    expect(second.drift).toEqual([
      "USAGE: the field 'user_id' was number, and is now also text.",
      'USAGE: the analytics no longer count what the log holds.',
      "EVENTS: the field 'actor' is new (object).",
      "EVENTS: the field 'username' is gone: none of 1000 rows has it.",
      "EVENTS: the action 'password-stolen' was never seen before.",
    ]);
    expect((await look(changed, second.memory)).drift).toEqual([]);
  });

  test('reports a vendor that fails, and keeps what it knew', async () => {
    const { memory } = await look({}, null);
    const second = await look({ change: failing }, memory);
    expect(second.failures).toHaveLength(2);
    expect(second.memory).toEqual(memory);
  });
});
