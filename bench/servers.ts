import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createApiKey } from '../src/http/identity/api-keys.ts';
import { listTailcalls } from './tailcall.ts';
import type { Work } from './work.ts';

/** A server that the bench compares: how to start it and how to ask it. */
export interface Server {
  readonly name: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** How many variants of a question are asked in turn. */
  readonly variants: number;
  readonly ask: (work: Work, variant: number) => { readonly path: string; readonly body: string };
  readonly answer: (work: Work, variant: number) => unknown;
}

/** More than connections, so that no two requests under way ask for the same. */
const MANY_VARIANTS = 1_000;

const here = import.meta.dirname;
const node = (file: string): readonly string[] => [process.execPath, join(here, file)];

/** @param vendorUrl the origin of both vendors @param folder for log files */
export function listServers(vendorUrl: string, folder: string): readonly Server[] {
  const vendors = { USAGE_API_URL: vendorUrl, EVENTS_API_URL: vendorUrl };
  return [
    createSightline('sightline', vendorUrl, folder),
    createSightline('sightline-repeated', vendorUrl, folder),
    {
      name: 'by-hand',
      command: node('servers/by-hand.ts'),
      env: vendors,
      headers: {},
      variants: MANY_VARIANTS,
      ask: askByName,
      answer: answerOfPeers,
    },
    {
      name: 'constant',
      command: node('servers/constant.ts'),
      env: {},
      headers: {},
      variants: 1,
      ask: askByName,
      answer: (work, variant) => work.answer(variant),
    },
  ];
}

/** The peers, if their packages are installed and their binaries run here. */
export function listPeers(vendorUrl: string, folder: string): readonly Server[] {
  const peer = (name: string, command: readonly string[]): Server => ({
    name,
    command,
    env: { USAGE_API_URL: vendorUrl, EVENTS_API_URL: vendorUrl, NODE_ENV: 'production' },
    headers: {},
    variants: MANY_VARIANTS,
    ask: ({ query, peerQuery = query, variables }, variant) => ({
      path: '/graphql',
      body: JSON.stringify({ query: peerQuery, variables: variables(variant) }),
    }),
    answer: answerOfPeers,
  });
  return [
    peer('mercurius', node('peers/mercurius.ts')),
    peer('apollo', node('peers/apollo.ts')),
    peer('yoga-pothos', node('peers/yoga-pothos.ts')),
    ...listTailcalls(vendorUrl, folder, MANY_VARIANTS),
  ];
}

const askByName: Server['ask'] = ({ name, variables }, variant) => ({
  path: `/${name}`,
  body: JSON.stringify({ variables: variables(variant) }),
});

const answerOfPeers: Server['answer'] = ({ answer, peerAnswer = answer }, variant) => peerAnswer(variant);

/**
 * Sightline as its users run it, with identity, limits, audit trail and request log. The limits of rate, cost and calls are raised
 * where the load of one caller would pass them; the checks still run.
 *
 * `sightline` asks the vendor for each request. `sightline-repeated` is asked one question again and again, and answers from its
 * cache, or if it does not cache the answer (lists), from a call that requests under way share.
 */
export function createSightline(
  name: 'sightline' | 'sightline-repeated',
  vendorUrl: string,
  folder: string,
): Server {
  const isRepeated = name === 'sightline-repeated';
  const made = createApiKey('bench', ['usage:read', 'events:read', 'pii:read']);
  if (typeof made === 'string') throw new Error(made);
  return {
    name,
    command: [process.execPath, '--disable-sigusr1', join(here, '../bin/start.mjs')],
    env: {
      USAGE_API_URL: vendorUrl,
      EVENTS_API_URL: vendorUrl,
      NODE_ENV: 'production',
      USAGE_API_USER_SECRET: 'user',
      USAGE_API_ORGANIZATION_SECRET: 'organization',
      EVENTS_API_TOKEN: 'token',
      SIGHTLINE_SECRET: 'a secret for the bench and for no others',
      SIGHTLINE_API_KEYS: made.line,
      SIGHTLINE_AUDIT_LOG: join(folder, `${name}-audit.log`),
      SIGHTLINE_RATE_CAPACITY: '1000000000',
      SIGHTLINE_RATE_PER_SECOND: '1000000000',
    },
    headers: {
      authorization: `Bearer ${made.key}`,
      // Each request then asks the vendor, although the answers are still written to the cache.
      ...(isRepeated ? {} : { 'cache-control': 'no-cache' }),
    },
    variants: isRepeated ? 1 : MANY_VARIANTS,
    ask: ({ query, variables }, variant) => ({
      path: '/graphql',
      body: JSON.stringify({ query, variables: variables(variant) }),
    }),
    answer: (work, variant) => work.answer(variant),
  };
}

/** Installs the packages of peers and plots if they are missing. */
export function installPackages(): void {
  if (existsSync(join(here, 'node_modules'))) return;
  console.log('The packages of bench/ are missing: npm ci --ignore-scripts in bench/.');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: here,
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('The packages of bench/ could not be installed.');
}
