import type { LoadedExport } from './data/load-export.ts';
import type { RunningSandbox } from './start.ts';

/** A story in the announcement: from `from` (inclusive) to `to` (exclusive), in RFC 3339. */
export interface AnnouncedStory {
  readonly address: string;
  readonly username: string;
  readonly from: string;
  readonly to: string;
}

/** The files of one source in the announcement. */
export interface AnnouncedFiles {
  /** By file: the times of its oldest and its newest row, in milliseconds since the epoch. */
  readonly spans: readonly { readonly firstMs: number; readonly lastMs: number }[];
  readonly names: readonly string[];
  readonly rows: number;
  readonly unreadable: number;
  /** A sentence for each of the first unreadable rows. */
  readonly firstUnreadable: readonly string[];
  /** Columns that at least one file lacks. */
  readonly absent: readonly string[];
}

/** The one message of a sandbox in a child process. It sends it when it begins to serve. */
export interface SandboxAnnouncement {
  readonly usageUrl: string;
  readonly eventsUrl: string;
  readonly sockets: RunningSandbox['sockets'];
  readonly usageUserSecret: string;
  readonly usageOrganizationSecret: string;
  readonly eventsToken: string;
  /** The user's own files. null: all data is generated; null for a source: it has no file. */
  readonly files: { readonly usage: AnnouncedFiles | null; readonly events: AnnouncedFiles | null } | null;
  /** How far the sandbox's clock is ahead of the machine's, in milliseconds. `--now` causes it. */
  readonly clockOffsetMs: number;
  readonly stories: readonly AnnouncedStory[];
  /** What the sandbox serves, in a few lines for people. */
  readonly description: string;
}

/** Sends the process that started this one all that it needs to use the sandbox. `send` writes to the IPC channel. */
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
