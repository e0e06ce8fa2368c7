import manifest from '../../package.json' with { type: 'json' };
import type { Config } from '../config/config.ts';
import { VENDOR_HEADERS } from '../http/identity/vendor-credentials.ts';
import type { AnnouncedFiles, SandboxAnnouncement } from '../sandbox/announce.ts';

/** The address of the service, and what it calls for each source; for people. */
export interface StartFacts {
  /** null: there is none. */
  readonly console: string | null;
  readonly graphiql: string;
  readonly vendors: { readonly usage: string; readonly events: string };
}

const CALLERS_CREDENTIALS = `

Each request brings its own credentials in the headers ${VENDOR_HEADERS.usage} and ${VENDOR_HEADERS.events}.`;

/** What a service prints in a terminal once it listens. */
export function describeStart(
  { console: page, graphiql, vendors }: StartFacts,
  kind: Config['vendors']['kind'],
  sandbox: SandboxAnnouncement | null,
): string {
  const talksTo = sandbox
    ? `${sandbox.files ? 'It serves your own files' : 'No credentials are set, so it talks to sandboxes of both vendors'}:

  ${sandbox.description.trim().replaceAll('\n', '\n  ')}`
    : `It talks to:

  Usage API   ${vendors.usage}
  Events API  ${vendors.events}${kind === 'request' ? CALLERS_CREDENTIALS : ''}`;
  return `
Sightline ${manifest.version}

${page === null ? '' : `  Console     ${page}\n`}  GraphiQL    ${graphiql}

${talksTo}

`;
}

/** The address of each vendor, or the names of the files that the service serves in its place. */
export function describeVendors(
  { vendors }: Config,
  files: SandboxAnnouncement['files'],
): StartFacts['vendors'] {
  const namesOf = (held: AnnouncedFiles | null) => held?.names.join(', ') ?? 'not configured';
  if (files) return { usage: namesOf(files.usage), events: namesOf(files.events) };
  if (vendors.kind === 'sandbox') return { usage: 'sandbox', events: 'sandbox' };
  if (vendors.kind === 'request') return { usage: vendors.usageUrl, events: vendors.eventsUrl };
  const { usage, events } = vendors;
  return { usage: usage?.baseUrl ?? 'not configured', events: events?.baseUrl ?? 'not configured' };
}
