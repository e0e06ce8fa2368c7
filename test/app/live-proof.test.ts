import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { START_MS } from '../sources/live/live-world.ts';
import { follow } from '../support/event-stream.ts';
import { createLiveRig, pass, until } from '../support/live-rig.ts';

const ISSUER = 'https://issuer.test/';

/** A service that takes tokens, and a maker of tokens that are valid for so many seconds. */
async function createTokenRig() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const folder = mkdtempSync(join(tmpdir(), 'sightline-live-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'keys.json');
  writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] }));
  const rig = createLiveRig({
    SIGHTLINE_AUTH_ISSUER: ISSUER,
    SIGHTLINE_AUTH_AUDIENCE: 'sightline',
    SIGHTLINE_AUTH_JWKS_FILE: file,
  });
  const sign = (seconds: number): Promise<string> =>
    new SignJWT({ scope: 'usage:read events:read' })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(ISSUER)
      .setAudience('sightline')
      .setSubject('bob')
      .setExpirationTime(START_MS / 1_000 + seconds)
      .sign(privateKey);
  const open = async (token: string, more: Readonly<Record<string, string>> = {}) =>
    follow(rig.app, {}, { authorization: `Bearer ${token}`, ...more });
  return { ...rig, sign, open };
}

test('a stream ends with UNAUTHENTICATED when its token does, and goes on with a new one', async () => {
  const { sign, open, time, usage, audit } = await createTokenRig();
  const stream = await open(await sign(60));
  await pass(time, 2_000);
  usage.push({ id: 'a', atMs: START_MS + 1_000 });
  // The clocks of the issuer and of the service may differ by 30 s.
  await pass(time, 80_000);
  expect(stream.hasEnded()).toBe(false);
  const id = stream.ids().findLast((one) => one !== null);
  await pass(time, 9_000);
  await until(stream.hasEnded);
  const last = stream.frames.filter(({ event }) => event !== null).slice(-2);
  expect(last.map(({ event, id: ofFrame }) => [event, ofFrame])).toEqual([
    ['next', null],
    ['complete', null],
  ]);
  expect(JSON.parse(last[0]!.data!)).toEqual({
    errors: [{ message: expect.stringContaining('has expired'), extensions: { code: 'UNAUTHENTICATED' } }],
  });
  expect(audit.at(-1)).toMatchObject({ outcome: ['UNAUTHENTICATED'], rows: 1 });
  usage.push({ id: 'b', atMs: START_MS + 91_000 });
  const next = await open(await sign(3_600), { 'last-event-id': id! });
  await pass(time, 10_000);
  expect(next.updates().flatMap(({ edges }) => edges.map(({ node }) => node['timestamp']))).toEqual([
    new Date(START_MS + 91_000).toISOString(),
  ]);
});

test('an expired stream gives its place back, and its poller stops', async () => {
  const { sign, open, time, transport } = await createTokenRig();
  const stream = await open(await sign(60));
  await pass(time, 91_000);
  await until(stream.hasEnded);
  const calls = transport.requests.length;
  await pass(time, 120_000);
  expect(transport.requests).toHaveLength(calls);
});

test('a token of many years does not end a stream at once', async () => {
  const { sign, open, time } = await createTokenRig();
  const stream = await open(await sign(10 * 365 * 86_400));
  await pass(time, 40_000);
  expect(stream.hasEnded()).toBe(false);
  expect(stream.text()).not.toContain('errors');
});
