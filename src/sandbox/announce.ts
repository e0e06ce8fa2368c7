import type { LoadedExport } from './data/load-export.ts';
import type { RunningSandbox } from './start.ts';

/** A story as told to another process: what to look for, half-open, instants in RFC 3339. */
export interface AnnouncedStory {
  readonly address: string;
  readonly username: string;
  readonly from: string;
  readonly to: string;
}

/** One source's files as told to another process; milliseconds since the epoch. */
export interface AnnouncedFiles {
  /** Of each file, when its first row happened and its last one. */
  readonly spans: readonly { readonly firstMs: number; readonly lastMs: number }[];
  readonly names: readonly string[];
  readonly rows: number;
  readonly unreadable: number;
  /** The first of these, a sentence each. */
  readonly firstUnreadable: readonly string[];
  /** Columns that not all of them have. */
  readonly absent: readonly string[];
}

/** The one message that a sandbox in a child process sends once it serves. */
export interface SandboxAnnouncement {
  readonly usageUrl: string;
  readonly eventsUrl: string;
  readonly sockets: RunningSandbox['sockets'];
  readonly usageUserSecret: string;
  readonly usageOrganizationSecret: string;
  readonly eventsToken: string;
  /** The user's own files; null for a source: it has none. null: all data is made up. */
  readonly files: { readonly usage: AnnouncedFiles | null; readonly events: AnnouncedFiles | null } | null;
  /** How far the sandbox's clock is ahead of the machine's, in milliseconds: `--now` sets it. */
  readonly clockOffsetMs: number;
  readonly stories: readonly AnnouncedStory[];
  /** For people. */
  readonly description: string;
}

/** Tells whoever started this process how to reach the sandbox; `send` is that of the IPC channel. */
export function announce(sandbox: RunningSandbox, send: (announcement: SandboxAnnouncement) => void): void {
  const { usageUserSecret, usageOrganizationSecret, eventsToken } = sandbox.credentials;
  const encodeFiles = (loaded: LoadedExport | null): AnnouncedFiles | null =>
    loaded && {
      spans: loaded.spans,
      names: loaded.files,
      rows: loaded.rows,
      unreadable: loaded.unreadable,
      firstUnreadable: loaded.firstUnreadable,
      absent: loaded.absent,
    };
  const { loaded } = sandbox;
  send({
    usageUrl: sandbox.usageUrl,
    eventsUrl: sandbox.eventsUrl,
    sockets: sandbox.sockets,
    usageUserSecret,
    usageOrganizationSecret,
    eventsToken,
    files: loaded && { usage: encodeFiles(loaded.usage), events: encodeFiles(loaded.events) },
    clockOffsetMs: sandbox.now() - Date.now(),
    stories: sandbox.stories.map(({ address, username, fromMs, toMs }) => ({
      address,
      username,
      from: encodeInstant(fromMs),
      to: encodeInstant(toMs),
    })),
    description: sandbox.describe(),
  });
}

function encodeInstant(ms: number): string {
  return new Date(ms).toISOString();
}
