import { deriveSecret } from '../base/sealing.ts';
import { Secret } from '../base/secret.ts';
import { MAKE_SECRET } from './settings.ts';
import type { Vendors } from './vendors.ts';

/** The fault of settings that need `SIGHTLINE_SECRET` and lack it. */
export const MISSING_SECRET = [
  'SIGHTLINE_SECRET is missing: the service derives from it the keys that seal cursors and cached answers.',
  'It never derives them from a password, because anybody who holds a cursor could then guess the password.',
  `Set the same secret on every instance. ${MAKE_SECRET}`,
].join(' ');

/**
 * The secret of a service that has only made-up data and no `SIGHTLINE_SECRET`. It is public, so anybody can open cursors of such
 * a service, and they stay valid after a restart.
 */
export const MADE_UP_SECRET = new Secret('anybody may read made-up data');

/**
 * The secret from which every key of the service is derived: `SIGHTLINE_SECRET` or, if it is unset, a secret derived from those
 * of the vendors, so that cursors stay valid on every instance and after a restart.
 */
export function chooseSecret(configured: Secret | undefined, vendors: Vendors): Secret {
  return configured ?? deriveFromVendors(vendors) ?? MADE_UP_SECRET;
}

/** Leaves out a username and a password, because a person may have chosen them. null: there are no vendor secrets. */
function deriveFromVendors(vendors: Vendors): Secret | null {
  if (vendors.kind !== 'configured') return null;
  const { usage, events } = vendors;
  const material = [
    ...(usage ? [usage.userSecret, usage.organizationSecret] : []),
    ...(events?.secrets.kind === 'token' ? [events.secrets.token] : []),
  ].map((one) => one.reveal());
  if (material.length === 0) return null;
  return deriveSecret(new Secret(JSON.stringify(material)), 'sightline secret v2');
}
