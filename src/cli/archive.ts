import { EXIT_USAGE, loadEnv, quit } from './process.ts';

const HELP = `Works with the archive (docs/archive.md).

  npm run archive -- COMMAND …

  status                      what the archive holds of each source, what is missing between, and how late rows came
  backfill --from INSTANT     read at once what is missing since then, with the vendors' credentials
  compact                     rewrite the archive, so that it takes less space and is read quicker
      --archive FOLDER        for each of them: the archive; otherwise SIGHTLINE_ARCHIVE
  erase --username NAME | --user-id ID | --address ADDRESS
                              delete the rows of one person, and keep them out from now on
      --archive FOLDER        the archive; otherwise SIGHTLINE_ARCHIVE
  copy --to PLACE             copy the archive to another folder, or to clickhouse://…
      --archive FOLDER        the archive to copy; otherwise SIGHTLINE_ARCHIVE
  export-day DAY… --out FOLDER --key FILE
                              seal closed days (UTC, such as 2026-11-24) as signed Parquet files
      --source usage|events   only this source; otherwise each one that the archive has read
      --archive FOLDER        the archive; otherwise SIGHTLINE_ARCHIVE
  verify FOLDER --key FILE    check sealed days with nothing but the public key
      --head DIGEST           a head that was published: each day up to it must be there
  restore FOLDER --key FILE   write sealed days into an archive, after they are verified
      --head DIGEST           as for verify
      --archive FOLDER        the archive; otherwise SIGHTLINE_ARCHIVE
  make-key FILE               make the key that seals days; its public key goes to FILE.pub

  -h, --help                  print this text
`;

type Command = (args: readonly string[]) => Promise<void>;

/** Each command is loaded only when it is asked for. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  status: async () => (await import('./archive-copy.ts')).runStatus,
  backfill: async () => (await import('./archive-copy.ts')).runBackfill,
  compact: async () => (await import('./archive-copy.ts')).runCompact,
  erase: async () => (await import('./archive-erase.ts')).runErase,
  copy: async () => (await import('./archive-copy.ts')).runCopy,
  'export-day': async () => (await import('./archive-evidence.ts')).runSealDay,
  verify: async () => (await import('./archive-evidence.ts')).runVerify,
  restore: async () => (await import('./archive-evidence.ts')).runRestore,
  'make-key': async () => (await import('./archive-evidence.ts')).runMakeKey,
};

/** The command `archive`, which passes its arguments to a command of its own. */
export async function runArchive(args: readonly string[]): Promise<void> {
  const [name, ...rest] = args;
  if (args.some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(HELP);
    return;
  }
  const load = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) {
    process.stderr.write(`${HELP}\n`);
    quit(EXIT_USAGE, [
      name === undefined ? 'archive needs a command.' : `The archive has no command '${name}'.`,
    ]);
  }
  loadEnv();
  const run = await load();
  await run(rest);
}
