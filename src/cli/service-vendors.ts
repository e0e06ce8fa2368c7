import { drawSecret } from '../base/sealing.ts';
import { Secret } from '../base/secret.ts';
import type { Config, SourceConfig } from '../config/config.ts';
import { MADE_UP_SECRET } from '../config/secret.ts';
import type { EventsVendor, UsageVendor } from '../config/vendors.ts';
import type { AnnouncedFiles, SandboxAnnouncement } from '../sandbox/announce.ts';
import { holdFiles } from '../sources/paging/held-files.ts';
import { EXIT_USAGE, quit } from './process.ts';
import { forkSandbox, readSandboxSwitches } from './sandbox.ts';

/** The vendors that the service would ask, for commands that ask them without it. */
export interface ServiceVendors {
  /** The settings, with the sandbox as both vendors if there is one. */
  readonly config: Config;
  readonly isSandboxed: boolean;
  /** How far the sandbox's clock is ahead of this machine's, in milliseconds. */
  readonly clockOffsetMs: number;
  end(): Promise<void>;
}

/**
 * Starts a sandbox if the service would run over one. If there is none to take the switches, the process ends.
 * @param command the command whose `--help` lists its own switches
 * @param otherwise the end of the sentence that refuses them
 */
export async function openServiceVendors(
  config: Config,
  switches: readonly string[],
  command: string,
  otherwise: string,
): Promise<ServiceVendors> {
  if (config.vendors.kind !== 'sandbox') {
    if (switches.length > 0) quit(EXIT_USAGE, [`There is no switch ${switches.join(' ')}: ${otherwise}`]);
    return { config, isSandboxed: false, clockOffsetMs: 0, end: async () => {} };
  }
  const { usageFiles, eventsFiles } = await readSandboxSwitches(switches, command);
  const { announcement, end } = await forkSandbox(switches, usageFiles.length + eventsFiles.length > 0);
  return {
    config: pointAt(config, announcement),
    isSandboxed: true,
    clockOffsetMs: announcement.clockOffsetMs,
    end,
  };
}

/** The same configuration, with the sandbox as both vendors. */
export function pointAt(config: Config, announced: SandboxAnnouncement): Config {
  const { files, sockets } = announced;
  const isPublic = files === null;
  const hold = (source: SourceConfig, held: AnnouncedFiles | null | undefined): SourceConfig =>
    held ? { ...source, files: holdFiles(held.spans, held.unreadable, held.absent) } : source;
  const usage: UsageVendor = {
    baseUrl: announced.usageUrl,
    socketPath: sockets?.usage ?? null,
    userSecret: new Secret(announced.usageUserSecret),
    organizationSecret: new Secret(announced.usageOrganizationSecret),
  };
  const events: EventsVendor = {
    baseUrl: announced.eventsUrl,
    socketPath: sockets?.events ?? null,
    secrets: { kind: 'token', token: new Secret(announced.eventsToken) },
  };
  return {
    ...config,
    // Cursors over made-up data stay valid after a restart. Nobody else may open cursors over a user's own data.
    secret: isPublic || config.secret !== MADE_UP_SECRET ? config.secret : drawSecret(),
    vendors: {
      kind: 'configured',
      usage: isPublic || files.usage ? usage : null,
      events: isPublic || files.events ? events : null,
      isPublic,
    },
    usage: hold(config.usage, files?.usage),
    events: hold(config.events, files?.events),
  };
}
