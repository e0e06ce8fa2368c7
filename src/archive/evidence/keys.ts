import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { EvidenceRefused } from './manifest.ts';

/** The operator's key, which signs manifests. */
export interface SigningKey {
  readonly private: KeyObject;
  readonly public: KeyObject;
}

/** A new ed25519 pair as PEM: PKCS #8 and SPKI. */
export function makeKeyPair(): { readonly privatePem: string; readonly publicPem: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }),
  };
}

/** @throws EvidenceRefused if the text is no private ed25519 key */
export function readSigningKey(pem: string): SigningKey {
  const key = parse(() => createPrivateKey(pem), 'private');
  return { private: key, public: createPublicKey(key) };
}

/** @throws EvidenceRefused if the text is no ed25519 key */
export function readPublicKey(pem: string): KeyObject {
  return parse(() => createPublicKey(pem), 'public');
}

function parse(read: () => KeyObject, kind: 'private' | 'public'): KeyObject {
  const refusal = `This is no ${kind} ed25519 key in PEM. npm run archive -- make-key makes a pair.`;
  let key: KeyObject;
  try {
    key = read();
  } catch (error) {
    throw new EvidenceRefused(refusal, { cause: error });
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new EvidenceRefused(refusal);
  return key;
}

/** The signature of the bytes: 64 bytes, as `openssl pkeyutl` makes and reads it. */
export function signBytes(bytes: Uint8Array, key: SigningKey): Buffer {
  return sign(null, bytes, key.private);
}

export function isSignatureOf(signature: Uint8Array, bytes: Uint8Array, key: KeyObject): boolean {
  return verify(null, bytes, key, signature);
}
