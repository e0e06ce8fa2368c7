import type { RunningSandbox } from './start-sandbox.ts';

/** A story as told to another process: what to look for, half-open, instants in RFC 3339. */
export interface AnnouncedStory {
  readonly address: string;
  readonly username: string;
  readonly from: string;
  readonly to: string;
}

/** A source's range as told to another process: of the oldest row and the newest; null: it holds nothing. */
export interface AnnouncedRange {
  readonly from: string | null;
  readonly to: string | null;
  readonly rows: number;
}

/** The one message that a sandbox in a child process sends once it serves. */
export interface SandboxAnnouncement {
  readonly usageUrl: string;
  readonly eventsUrl: string;
  readonly sockets: RunningSandbox['sockets'];
  readonly usageUserSecret: string;
  readonly usageOrganizationSecret: string;
  readonly eventsToken: string;
  readonly loadedExports: boolean;
  /** How far the sandbox's clock is ahead of the machine's, in milliseconds: `--now` sets it. */
  readonly clockOffsetMs: number;
  readonly ranges: { readonly usage: AnnouncedRange; readonly events: AnnouncedRange };
  readonly stories: readonly AnnouncedStory[];
  /** For people. */
  readonly description: string;
}

/** Tells whoever started this process how to reach the sandbox; `send` is that of the IPC channel. */
export function announce(sandbox: RunningSandbox, send: (announcement: SandboxAnnouncement) => void): void {
  const { usageUserSecret, usageOrganizationSecret, eventsToken } = sandbox.credentials;
  const encodeRange = ({ fromMs, toMs, rows }: RunningSandbox['ranges']['usage']): AnnouncedRange => ({
    from: fromMs === null ? null : encodeInstant(fromMs),
    to: toMs === null ? null : encodeInstant(toMs),
    rows,
  });
  send({
    usageUrl: sandbox.usageUrl,
    eventsUrl: sandbox.eventsUrl,
    sockets: sandbox.sockets,
    usageUserSecret,
    usageOrganizationSecret,
    eventsToken,
    loadedExports: sandbox.loadedExports,
    clockOffsetMs: sandbox.now() - Date.now(),
    ranges: { usage: encodeRange(sandbox.ranges.usage), events: encodeRange(sandbox.ranges.events) },
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
