import { describe, expect, test } from 'vitest';
import { readAlerts, readDuration } from '../../../src/http/alerts/file.ts';

const KEY = Buffer.alloc(24, 7).toString('base64');
const URL_SECRET = 'T0KEN-IN-A-PATH';
const places = {
  readEnv: (name: string) => ({ HOOK: `whsec_${KEY}`, SHORT: 'whsec_c2hvcnQ=', BARE: KEY })[name],
  readText(path: string) {
    if (path !== 'hook.txt') throw new Error('no such file');
    return `whsec_${KEY}\n`;
  },
};

const alert = (over: Readonly<Record<string, unknown>> = {}) => ({
  name: 'quiet',
  operation: '{ a }',
  every: 'PT10M',
  condition: { path: 'a.b', eq: 0 },
  webhook: { url: `https://hooks.example.org/${URL_SECRET}`, secretEnv: 'HOOK' },
  ...over,
});
const hook = (over: Readonly<Record<string, unknown>>) =>
  alert({ webhook: { url: 'https://hooks.example.org/', secretEnv: 'HOOK', ...over } });
const readAll = (content: unknown) => readAlerts(JSON.stringify(content), places);
const faultsOf = (content: unknown) => {
  const read = readAll(content);
  return read.kind === 'faults' ? read.faults : [];
};

describe('the file of alerts', () => {
  test('gives each alert with its defaults', () => {
    const read = readAll({ alerts: [alert()] });
    expect(read).toMatchObject({
      kind: 'alerts',
      alerts: {
        service: null,
        alerts: [
          {
            name: 'quiet',
            everyMs: 600_000,
            lastMs: 600_000,
            forMs: 0,
            resolveMs: 0,
            scopes: ['usage:read', 'events:read'],
          },
        ],
      },
    });
  });

  test('may name a file that holds the secret', () => {
    const webhook = { url: 'http://127.0.0.1:9000/', secretFile: 'hook.txt' };
    const read = readAll({ alerts: [alert({ webhook })] });
    expect(read.kind === 'alerts' && read.alerts.alerts[0]?.webhook.key.reveal()).toBe(KEY);
  });

  test.each([
    ['no alerts', { alerts: [] }, /^line 1: must have 'alerts:'/],
    ['an unknown word', { alerts: [alert({ evry: 'PT1M' })] }, /^line 1: quiet: .*evry/],
    ['one name twice', { alerts: [alert(), alert()] }, /^line 1: quiet: the name is given twice/],
    ['a name with a space', { alerts: [alert({ name: 'a b' })] }, /^line 1: alert 1: name /],
    [
      'a month as its interval',
      { alerts: [alert({ every: 'P1M' })] },
      /^line 1: quiet: every must be a duration/,
    ],
    [
      'a second as its interval',
      { alerts: [alert({ every: 'PT1S' })] },
      /^line 1: quiet: every must be a duration/,
    ],
    ['no condition', { alerts: [alert({ condition: {} })] }, /^line 1: quiet: condition/],
    ['an unknown scope', { alerts: [alert({ scopes: ['all'] })] }, /^line 1: quiet: scopes/],
    [
      'http to another machine',
      { alerts: [hook({ url: 'http://example.org/' })] },
      /^line 1: quiet: webhook.url must be an https/,
    ],
    [
      'a password in an address',
      { alerts: [hook({ url: 'https://a:b@example.org/' })] },
      /^line 1: quiet: webhook.url/,
    ],
    ['no secret', { alerts: [hook({ secretEnv: undefined })] }, /either secretEnv or secretFile/],
    ['two secrets', { alerts: [hook({ secretFile: 'hook.txt' })] }, /either secretEnv or secretFile/],
    ['a variable that is not set', { alerts: [hook({ secretEnv: 'NONE' })] }, /names NONE, which is not set/],
    ['a short secret', { alerts: [hook({ secretEnv: 'SHORT' })] }, /whsec_ and 24 to 64 bytes/],
    ['a secret without whsec_', { alerts: [hook({ secretEnv: 'BARE' })] }, /whsec_ and 24 to 64 bytes/],
    ['a missing secret file', { alerts: [hook({ secretEnv: undefined, secretFile: 'x' })] }, /can't be read/],
    [
      'an address with a query for links',
      { service: 'https://a.example/?x', alerts: [alert()] },
      /^line 1: service must/,
    ],
  ])('with %s is refused', (_name, content, fault) => {
    expect(faultsOf(content)).toEqual([expect.stringMatching(fault)]);
  });

  test('names all its faults at once, and shows no value', () => {
    const faults = faultsOf({
      alerts: [alert({ every: 'x', for: 'y' }), hook({ url: `ftp://${URL_SECRET}` })],
    });
    expect(faults).toHaveLength(3);
    expect(faults.join()).not.toContain(URL_SECRET);
  });

  test('that is no YAML is refused by its line, without its text', () => {
    const read = readAlerts(`alerts:\n  - "${URL_SECRET}\n`, places);
    expect(read).toMatchObject({
      kind: 'faults',
      faults: [expect.stringMatching(/^line \d+ lacks a closing quote/)],
    });
  });

  test.each([
    ['an empty file', '', ['is empty: write alerts into it, or leave SIGHTLINE_ALERTS out.']],
    ['a file of remarks alone', '# nothing yet\n', ['is empty:']],
    ['a text', 'hello', ["line 1: must have 'alerts:' with a list"]],
    ['a list', '- a\n- b', ["line 1: must have 'alerts:'"]],
    ['no list of alerts', 'service: https://a.example\nalerts:\n', ["must have 'alerts:'"]],
    ['an alert that is a text', 'alerts:\n  - hello', ['line 2: alert 1: must be a group of words']],
    ['a tab', 'alerts:\n  - name: a\n\tevery: b', ['line 3 is indented by a tab: use spaces.']],
    ['a word twice', 'alerts:\n  - name: a\n    name: b', ['line 3 repeats a word of its group']],
    ['a second document', 'alerts: []\n---\nalerts: []', ["line 2 begins a second document ('---')"]],
    ['two colons', 'alerts: a: b', ["line 1 has a second ': '"]],
    ['an alias', 'alerts: [*x]', ['must not use aliases (*name): write the text out.']],
    ['bytes that are no text', 'alerts: [\u0001%', ['line 1']],
    [
      'words that are missing, unknown or of another type',
      [
        'alerts:',
        '  - name: logins',
        '    evry: PT1M',
        '    operation: 7',
        '    scopes: [all]',
        "    'a password with spaces': x",
        '    condition: { path: a, eq: 0 }',
        '    webhook:',
        '      url: 3',
      ].join('\n'),
      [
        'line 4: logins: operation must be a text.',
        'line 2: logins: every is missing.',
        'line 5: logins: scopes.0 must be one of usage:read, events:read,',
        'line 9: logins: webhook.url must be a text.',
        "line 3: logins: has the word 'evry', which is not known",
        'line 6: logins: has a word, which is not known',
      ],
    ],
  ])('with %s is refused by its line, in our own words', (_name, text, expected) => {
    const read = readAlerts(text, places);
    const faults = read.kind === 'faults' ? read.faults : [];
    expect(faults).toEqual(expected.map((fault) => expect.stringContaining(fault) as string));
    expect(faults.join()).not.toMatch(/Invalid|expected|Unrecognized|password/);
  });

  test('shows no secret when it is printed', () => {
    const read = readAll({ alerts: [alert()] });
    expect(JSON.stringify(read)).not.toContain(KEY);
    expect(JSON.stringify(read)).not.toContain(URL_SECRET);
  });

  test.each([
    ['PT10M', 600_000],
    ['P1DT1H', 90_000_000],
    ['P1W', 604_800_000],
    ['PT0S', 0],
    ['P1Y', null],
    ['-PT1S', null],
    ['10m', null],
  ])('reads the duration %s as %j ms', (text, ms) => {
    expect(readDuration(text)).toBe(ms);
  });
});
