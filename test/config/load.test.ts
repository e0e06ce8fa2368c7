import { execSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { hashDocument } from '../../src/http/trusted-documents.ts';
import { readConfig } from '../../src/config/load.ts';
import { MADE_UP_SECRET } from '../../src/config/secret.ts';
import { SETTING_NAMES } from '../../src/config/settings.ts';

const USAGE = { USAGE_API_USER_SECRET: 'canary-user', USAGE_API_ORGANIZATION_SECRET: 'canary-organization' };
const EVENTS = { EVENTS_API_TOKEN: 'canary-token' };

const LOGIN = { EVENTS_API_USERNAME: 'canary-ada', EVENTS_API_PASSWORD: 'canary, pass "word"' };
const SECRET = { SIGHTLINE_SECRET: 'canary-of-more-than-32-characters' };
const REQUEST = { VENDOR_CREDENTIALS: 'request', ...SECRET };

function configOf(env: Record<string, string>): Config {
  const reading = readConfig(env);
  if (reading.kind === 'faults') throw new Error(reading.faults.join('\n'));
  return reading.config;
}

function faultsOf(env: Record<string, string>): readonly string[] {
  const reading = readConfig(env);
  return reading.kind === 'faults' ? reading.faults : [];
}

describe('readConfig', () => {
  test('nothing set serves the sandbox on 127.0.0.1:4000', () => {
    expect(configOf({})).toMatchObject({
      host: '127.0.0.1',
      port: 4_000,
      vendors: { kind: 'sandbox' },
      usage: { largestPage: 200, retentionDays: 30 },
      events: { largestPage: 1_000, retentionDays: null },
      operation: {
        timeoutMs: 8_000,
        maxUpstreamCalls: 20,
        defaultPageSize: 50,
        maxPageSize: 500,
        maxScannedRows: 10_000,
      },
      bounds: { maxTokens: 1_000, maxDepth: 12, maxAliases: 15, maxDirectives: 5, maxRootFields: 10 },
    });
  });

  test('an empty value counts as unset', () => {
    expect(configOf({ PORT: '', EVENTS_API_TOKEN: '', USAGE_API_URL: '' })).toMatchObject({
      port: 4_000,
      vendors: { kind: 'sandbox' },
    });
  });

  test("credentials of one source leave the other not configured; the vendors' URLs are the default", () => {
    expect(configOf({ ...EVENTS, ...SECRET }).vendors).toMatchObject({
      kind: 'configured',
      usage: null,
      events: { baseUrl: 'https://rest.elevatebilling.com/v1' },
    });
    expect(configOf({ ...USAGE, ...SECRET }).vendors).toMatchObject({
      usage: { baseUrl: 'https://api.cloud-elements.com/elements/api-v2' },
      events: null,
    });
  });

  test('a slash at the end of a URL is removed', () => {
    const { vendors } = configOf({ ...EVENTS, ...SECRET, EVENTS_API_URL: 'http://127.0.0.1:5000/v1//' });
    expect(vendors).toMatchObject({ events: { baseUrl: 'http://127.0.0.1:5000/v1' } });
  });

  test.each([
    [{ USAGE_API_USER_SECRET: 'canary-user' }, 'USAGE_API_ORGANIZATION_SECRET is missing'],
    [{ USAGE_API_ORGANIZATION_SECRET: 'canary-organization' }, 'USAGE_API_USER_SECRET is missing'],
    [{ USAGE_API_URL: 'http://127.0.0.1' }, 'USAGE_API_URL is set without credentials'],
    [{ EVENTS_API_URL: 'http://127.0.0.1' }, 'EVENTS_API_URL is set without credentials'],
    [{ ...EVENTS, EVENTS_API_URL: 'ftp://127.0.0.1' }, 'EVENTS_API_URL must be an http or https address'],
    [
      { ...EVENTS, EVENTS_API_URL: 'http://u:canary-p@127.0.0.1' },
      'EVENTS_API_URL must be an http or https address',
    ],
    [
      { ...EVENTS, EVENTS_API_URL: 'http://127.0.0.1/?key=canary' },
      'EVENTS_API_URL must be an http or https address',
    ],
    [{ EVENTS_API_TOKEN: 'canary\r\nx: y' }, 'EVENTS_API_TOKEN holds a character'],
    [
      { ...USAGE, USAGE_API_USER_SECRET: 'canary, Organization x' },
      'USAGE_API_USER_SECRET holds a character',
    ],
    [{ ...EVENTS, ...LOGIN }, 'EVENTS_API_TOKEN is set beside EVENTS_API_USERNAME'],
    [{ ...EVENTS, EVENTS_API_PASSWORD: 'canary' }, 'EVENTS_API_TOKEN is set beside EVENTS_API_PASSWORD'],
    [{ EVENTS_API_USERNAME: 'canary' }, 'EVENTS_API_PASSWORD is missing'],
    [{ EVENTS_API_PASSWORD: 'canary' }, 'EVENTS_API_USERNAME is missing'],
    [{ ...EVENTS, EVENTS_API_AUTH_URL: 'http://127.0.0.1/login' }, 'EVENTS_API_AUTH_URL is set without'],
    [{ ...LOGIN, EVENTS_API_AUTH_URL: 'http://u:canary@127.0.0.1' }, 'EVENTS_API_AUTH_URL must be'],
    [{ ...LOGIN, EVENTS_API_AUTH_TOKEN_FIELD: 'a b' }, 'EVENTS_API_AUTH_TOKEN_FIELD must be the name'],
    [
      { ...LOGIN, EVENTS_API_AUTH_USERNAME_FIELD: 'password' },
      'EVENTS_API_AUTH_USERNAME_FIELD and EVENTS_API_AUTH_PASSWORD_FIELD must differ',
    ],
    [{ ...LOGIN, HOST: '0.0.0.0' }, 'HOST must be an address of this machine only'],
    [{ VENDOR_CREDENTIALS: 'canary' }, 'VENDOR_CREDENTIALS must be config or request.'],
    [{ VENDOR_CREDENTIAL: 'request' }, 'VENDOR_CREDENTIAL is not a setting'],
    [{ VENDOR_CREDENTIALS: 'request' }, 'SIGHTLINE_SECRET is missing'],
    [{ ...REQUEST, ...USAGE }, 'USAGE_API_USER_SECRET is set beside VENDOR_CREDENTIALS=request'],
    [{ ...REQUEST, ...EVENTS }, 'EVENTS_API_TOKEN is set beside VENDOR_CREDENTIALS=request'],
    [{ ...REQUEST, ...LOGIN }, 'EVENTS_API_PASSWORD is set beside VENDOR_CREDENTIALS=request'],
    [{ ...REQUEST, EVENTS_API_AUTH_URL: 'http://127.0.0.1' }, 'EVENTS_API_AUTH_URL is set beside'],
    [{ PORT: '70000' }, 'PORT must be a whole number from 0 to 65535.'],
    [{ PORT: '4e3' }, 'PORT must be a whole number'],
    [{ SIGHTLINE_MAX_DEPTH: '-1' }, 'SIGHTLINE_MAX_DEPTH must be a whole number'],
    [{ SIGHTLINE_SECRET: 'canary-of-some' }, 'SIGHTLINE_SECRET must have at least 16 characters'],
    [LOGIN, 'SIGHTLINE_SECRET is missing'],
    [{ ...LOGIN, SIGHTLINE_SECRET: '' }, 'SIGHTLINE_SECRET is missing'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of'],
    [{ SIGHTLINE_SHARE_PORT: 'true', PORT: '0' }, 'SIGHTLINE_SHARE_PORT needs a PORT above 0'],
    [
      { SIGHTLINE_DEFAULT_PAGE_SIZE: '60', SIGHTLINE_MAX_PAGE_SIZE: '50' },
      'SIGHTLINE_DEFAULT_PAGE_SIZE must not be above',
    ],
    [
      { SIGHTLINE_LIVE_MIN_INTERVAL_MS: '9000', SIGHTLINE_LIVE_MAX_INTERVAL_MS: '8000' },
      'SIGHTLINE_LIVE_MAX_INTERVAL_MS must not be below',
    ],
    [{ SIGHTLINE_MAX_PAGESIZE: '60' }, 'SIGHTLINE_MAX_PAGESIZE is not a setting'],
    [{ EVENTS_API_SECRET: 'canary' }, 'EVENTS_API_SECRET is not a setting'],
    [{ ...USAGE, HOST: '0.0.0.0' }, 'HOST must be an address of this machine only'],
    [{ ...EVENTS, HOST: '10.0.0.1' }, 'HOST must be an address of this machine only'],
    [{ EVENTS_API_TOKEN: 'canary canary', HOST: '::' }, 'HOST must be an address of this machine only'],
  ])('%j is refused, and no message holds a value', (env, start) => {
    const faults = faultsOf(env);
    expect(faults.some((fault) => fault.startsWith(start))).toBe(true);
    expect(faults.join()).not.toContain('canary');
  });

  test('all faults are reported together', () => {
    const faults = faultsOf({
      PORT: 'x',
      LOG_LEVEL: 'x',
      USAGE_API_USER_SECRET: 'canary-user',
      EVENTS_API_URL: 'x',
      HOST: '0.0.0.0',
    });
    expect(faults.map((fault) => fault.split(' ')[0])).toEqual([
      'PORT',
      'LOG_LEVEL',
      'EVENTS_API_URL',
      'USAGE_API_ORGANIZATION_SECRET',
      'EVENTS_API_URL',
      'HOST',
    ]);
  });

  test('made-up data may be served on any address', () => {
    expect(configOf({ HOST: '0.0.0.0' }).host).toBe('0.0.0.0');
  });

  test("a username and a password are exchanged under the Events API's URL, unless a setting names another one", () => {
    expect(
      configOf({ ...LOGIN, ...SECRET, EVENTS_API_URL: 'http://127.0.0.1:5000/v1/' }).vendors,
    ).toMatchObject({
      usage: null,
      events: {
        baseUrl: 'http://127.0.0.1:5000/v1',
        secrets: {
          kind: 'exchange',
          url: 'http://127.0.0.1:5000/v1/authenticate',
          fields: { username: 'username', password: 'password', token: 'token' },
        },
      },
    });
    const other = {
      EVENTS_API_AUTH_URL: 'https://login.example/token/',
      EVENTS_API_AUTH_USERNAME_FIELD: 'login',
      EVENTS_API_AUTH_PASSWORD_FIELD: 'api.key',
      EVENTS_API_AUTH_TOKEN_FIELD: 'access_token',
    };
    expect(configOf({ ...LOGIN, ...SECRET, ...other }).vendors).toMatchObject({
      events: {
        secrets: {
          url: 'https://login.example/token/',
          fields: { username: 'login', password: 'api.key', token: 'access_token' },
        },
      },
    });
  });

  test("if each request brings its credentials, the vendors' URLs are the default, and there is no sandbox", () => {
    expect(configOf(REQUEST).vendors).toEqual({
      kind: 'request',
      usageUrl: 'https://api.cloud-elements.com/elements/api-v2',
      eventsUrl: 'https://rest.elevatebilling.com/v1',
    });
    const urls = { USAGE_API_URL: 'http://127.0.0.1:1/a', EVENTS_API_URL: 'http://127.0.0.1:2/b' };
    expect(configOf({ ...REQUEST, ...urls }).vendors).toEqual({
      kind: 'request',
      usageUrl: 'http://127.0.0.1:1/a',
      eventsUrl: 'http://127.0.0.1:2/b',
    });
  });

  test('if each request brings its credentials, the service may listen on any address', () => {
    expect(configOf({ ...REQUEST, HOST: '0.0.0.0' }).host).toBe('0.0.0.0');
  });

  test('names that Kubernetes sets for services are not taken for settings', () => {
    const env = {
      SIGHTLINE_SERVICE_HOST: '10.0.0.1',
      SIGHTLINE_PORT: 'tcp://10.0.0.1:80',
      EVENTS_API_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    expect(faultsOf({ ...env, SIGHTLINE_SERVICE_PORT_HTTP: '80' })).toEqual([]);
  });

  test('no way to print the configuration shows a secret', () => {
    const config = configOf({ ...USAGE, ...LOGIN, ...SECRET });
    expect(`${JSON.stringify(config)}${inspect(config, { depth: 10, showHidden: true })}`).not.toContain(
      'canary',
    );
  });

  test('no key is derived from a username or a password: if nothing else is set, the service does not start', () => {
    const text = fc.string({ minLength: 1, maxLength: 3 });
    const credentials = fc.record(
      {
        USAGE_API_USER_SECRET: text,
        USAGE_API_ORGANIZATION_SECRET: text,
        EVENTS_API_TOKEN: text,
        EVENTS_API_USERNAME: text,
        EVENTS_API_PASSWORD: text,
        VENDOR_CREDENTIALS: fc.constantFrom('config', 'request'),
        SIGHTLINE_SECRET: fc.constant(SECRET.SIGHTLINE_SECRET),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(credentials, (env) => {
        const reading = readConfig(env);
        if (reading.kind === 'faults') return;
        const { vendors, secret } = reading.config;
        if (env.SIGHTLINE_SECRET !== undefined) {
          expect(secret.reveal()).toBe(SECRET.SIGHTLINE_SECRET);
        } else if (vendors.kind === 'sandbox') {
          expect(secret.reveal()).toBe(MADE_UP_SECRET.reveal());
        } else {
          const { EVENTS_API_USERNAME: _username, EVENTS_API_PASSWORD: _password, ...others } = env;
          expect(Object.keys(others).some((name) => /SECRET|TOKEN/.test(name))).toBe(true);
          expect(configOf(others).secret.reveal()).toBe(secret.reveal());
        }
      }),
    );
  });

  test('if the secret is unset, it is derived from all secrets of the vendors, and changes with them', () => {
    const secretOf = (env: Record<string, string>): string => configOf(env).secret.reveal();
    const made = [USAGE, EVENTS, { ...USAGE, ...EVENTS }, { ...EVENTS, EVENTS_API_TOKEN: 'another' }].map(
      secretOf,
    );
    expect(new Set([...made, MADE_UP_SECRET.reveal()]).size).toBe(5);
    expect(secretOf({ ...USAGE, ...EVENTS })).toBe(made[2]);
    expect(secretOf({ ...USAGE, ...LOGIN })).toBe(made[0]);
  });

  test('the fault of a missing secret shows a command that makes one', () => {
    const [fault] = faultsOf(LOGIN);
    const [, command = ''] = /made by: (node .*")/.exec(fault ?? '') ?? [];
    const makeOne = () => execSync(command, { encoding: 'utf8' }).trim();
    const made = [makeOne(), makeOne()];
    expect(new Set(made).size).toBe(2);
    for (const secret of made) expect(faultsOf({ ...LOGIN, SIGHTLINE_SECRET: secret })).toEqual([]);
  });
});

describe('the console', () => {
  const found = () => 'a page';
  const folderOf = (env: Record<string, string>) => {
    const reading = readConfig(env, found);
    return reading.kind === 'config' ? reading.config.consoleFolder : reading.faults;
  };

  test('is the one that was built, unless SIGHTLINE_CONSOLE names another or is off', () => {
    expect(folderOf({})).toBeNull();
    expect(folderOf({ BUILT_CONSOLE: '/built' })).toBe('/built');
    expect(folderOf({ BUILT_CONSOLE: '/built', SIGHTLINE_CONSOLE: '' })).toBe('/built');
    expect(folderOf({ BUILT_CONSOLE: '/built', SIGHTLINE_CONSOLE: '/mine' })).toBe('/mine');
    expect(folderOf({ BUILT_CONSOLE: '/built', SIGHTLINE_CONSOLE: 'off' })).toBeNull();
  });

  test('a service of trusted documents has it only if they hold each document that it sends', () => {
    const manifest = (...texts: string[]) =>
      JSON.stringify(Object.fromEntries(texts.map((text) => [hashDocument(text), text])));
    const files: Record<string, string> = {
      '/built/documents.json': manifest('{ a }', '{ b }'),
      none: manifest('{ c }'),
      some: manifest('{ a }', '{ c }'),
      all: manifest('{ a }', '{ b }', '{ c }'),
    };
    const folder = (trusted: string, built = '/built') => {
      const read = (path: string) => {
        const text = files[path];
        if (text === undefined) throw new Error(`There is no ${path}.`);
        return text;
      };
      const reading = readConfig({ BUILT_CONSOLE: built, SIGHTLINE_TRUSTED_DOCUMENTS: trusted }, read);
      return reading.kind === 'config' ? reading.config.consoleFolder : reading.faults;
    };
    expect(folder('none')).toBeNull();
    expect(folder('some')).toBeNull();
    expect(folder('all')).toBe('/built');
    expect(folder('all', '/without')).toBeNull();
  });

  test('a folder without a page is a fault at the start', () => {
    expect(faultsOf({ SIGHTLINE_CONSOLE: '/nowhere' })).toEqual([
      expect.stringContaining('SIGHTLINE_CONSOLE must be off or a folder that holds a built console'),
    ]);
  });
});

describe('.env.example', () => {
  const lines = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n');
  const listed = lines.flatMap((line) => {
    const [, name, value] = /^#([A-Z_]+)=(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value ?? ''] as const];
  });

  test('lists every setting once, and no other name', () => {
    expect(listed.map(([name]) => name).toSorted()).toEqual(SETTING_NAMES.toSorted());
  });

  test('shows the defaults', () => {
    const urls = ['USAGE_API_URL', 'EVENTS_API_URL'];
    const shown = Object.fromEntries(listed.filter(([name]) => !urls.includes(name)));
    const reveal = ({ secret, ...config }: Config) => ({ ...config, secret: secret.reveal() });
    expect(reveal(configOf(shown))).toEqual(reveal(configOf({})));
    const { vendors } = configOf({ ...USAGE, ...EVENTS, ...SECRET });
    const defaults = vendors.kind === 'configured' ? [vendors.usage?.baseUrl, vendors.events?.baseUrl] : [];
    expect(urls.map((url) => new Map(listed).get(url))).toEqual(defaults);
  });
});
