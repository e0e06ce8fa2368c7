import { UpstreamError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
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
  send: (authorization: Secret) => Promise<TryOutcome>,
): Promise<TryOutcome> {
  const sendWith = async (authorization: Secret): Promise<TryOutcome> => {
    const turn = await send(authorization);
    if (turn.kind === 'read') call.credentials.accepted?.(authorization);
    return turn;
  };
  let authorization = await obtain(source, call);
  let turn = await sendWith(authorization);
  for (let sent = 1; sent < ATTEMPTS_PER_TRY && isRefused(turn); sent += 1) {
    const renewed = await obtain(source, call, authorization);
    if (renewed.reveal() === authorization.reveal() || call.context.callBudget.remaining() < 1) return turn;
    authorization = renewed;
    turn = await sendWith(authorization);
  }
  return turn;
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

async function obtain(source: Source, call: Call, rejected?: Secret): Promise<Secret> {
  const { credentials, waiters, request } = call;
  const refuse = (message: string, cause?: unknown): UpstreamError =>
    new UpstreamError({
      code: 'UPSTREAM_UNAUTHENTICATED',
      source,
      operation: request.operation,
      message,
      cause,
    });
  let secret: Secret;
  try {
    secret = await credentials.authorization(waiters.signal, rejected);
  } catch (cause) {
    if (waiters.signal.aborted || cause instanceof UpstreamError) throw cause;
    throw refuse('No credentials could be obtained.', cause);
  }
  if (sendable.has(secret)) return secret;
  const value = secret.reveal();
  if (value.length > LONGEST_HEADER_VALUE || !HEADER_VALUE.test(value)) {
    throw refuse('The credentials contain characters that can not be sent.');
  }
  sendable.add(secret);
  return secret;
}
