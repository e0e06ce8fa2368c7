import { UpstreamError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import type { Source } from '../base/source.ts';
import { ATTEMPTS_PER_TRY } from './limits.ts';
import type { Call, TryOutcome } from './upstream.ts';

/**
 * Sends with the call's credentials, and once more with renewed ones if the vendor answers 401. Credentials that cannot be
 * renewed are given back unchanged; then the 401 is the result.
 * @throws what `send` throws; UpstreamError `UPSTREAM_UNAUTHENTICATED` if there is no header value that may be sent
 */
export async function sendAuthorized(
  source: Source,
  call: Call,
  send: (call: Call, authorization: Secret) => Promise<TryOutcome>,
): Promise<TryOutcome> {
  let authorization = await obtain(source, call);
  for (let sent = 1; ; sent += 1) {
    const turn = await send(call, authorization);
    if (turn.kind === 'read') call.credentials.accepted?.(authorization);
    if (sent >= ATTEMPTS_PER_TRY || !isRefused(turn)) return turn;
    const renewed = await obtain(source, call, authorization);
    if (renewed.reveal() === authorization.reveal() || call.context.callBudget.remaining() < 1) return turn;
    authorization = renewed;
  }
}

function isRefused(turn: TryOutcome): boolean {
  return (
    turn.kind === 'failed' && turn.error.code === 'UPSTREAM_UNAUTHENTICATED' && turn.error.status === 401
  );
}

// Visible ASCII with single spaces between, so that a value cannot end its header or begin another (RFC 9110 5.5).
const HEADER_VALUE = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;
const LONGEST_HEADER_VALUE = 8_192;

/** Credentials whose characters have been checked. */
const sendable = new WeakSet<Secret>();

/** Credentials that are at hand are given at once. */
function obtain(source: Source, call: Call, rejected?: Secret): Secret | Promise<Secret> {
  const obtained = call.credentials.authorization(call.waiters.signal, rejected);
  return obtained instanceof Secret
    ? checkSendable(source, call, obtained)
    : awaitSecret(source, call, obtained);
}

async function awaitSecret(source: Source, call: Call, obtained: Promise<Secret>): Promise<Secret> {
  let secret: Secret;
  try {
    secret = await obtained;
  } catch (cause) {
    if (call.waiters.signal.aborted || cause instanceof UpstreamError) throw cause;
    throw refuse(source, call, 'No credentials could be obtained.', cause);
  }
  return checkSendable(source, call, secret);
}

function checkSendable(source: Source, call: Call, secret: Secret): Secret {
  if (sendable.has(secret)) return secret;
  const value = secret.reveal();
  if (value.length > LONGEST_HEADER_VALUE || !HEADER_VALUE.test(value)) {
    throw refuse(source, call, 'The credentials contain characters that can not be sent.');
  }
  sendable.add(secret);
  return secret;
}

function refuse(source: Source, { request }: Call, message: string, cause?: unknown): UpstreamError {
  const { operation } = request;
  return new UpstreamError({ code: 'UPSTREAM_UNAUTHENTICATED', source, operation, message, cause });
}
