import { parseArgs } from 'node:util';
import { takeSwitches } from './cli/arguments.ts';
import { EXIT_USAGE, quit } from './cli/process.ts';

// Each command is loaded only when it is asked for, so that `--help` is quick.

// On this signal Node would open its debugger to everybody on this machine. `npm start` turns that off by a switch from the first
// moment on; this line does so however the process is started.
process.on('SIGUSR1', () => {});

await run(process.argv.slice(2));

async function run(args: readonly string[]): Promise<void> {
  const [first] = parseArgs({ args: [...args], strict: false, tokens: true }).tokens;
  const isCommand = first?.kind === 'positional';
  const command = isCommand ? first.value : 'start';
  const rest = isCommand ? args.slice(1) : args;
  switch (command) {
    case 'start':
      await start(rest);
      return;
    case 'sandbox': {
      const { runSandbox } = await import('./cli/sandbox.ts');
      await runSandbox(rest);
      return;
    }
    case 'api-key': {
      const { makeApiKey } = await import('./cli/api-key.ts');
      makeApiKey(rest);
      return;
    }
    case 'archive': {
      const { runArchive } = await import('./cli/archive.ts');
      await runArchive(rest);
      return;
    }
    case 'export': {
      const { exportList } = await import('./cli/export.ts');
      await exportList(rest);
      return;
    }
    case 'doctor': {
      const { runDoctor } = await import('./cli/doctor.ts');
      await runDoctor(rest);
      return;
    }
    case 'alerts': {
      const { runAlerts } = await import('./cli/alerts.ts');
      await runAlerts(rest);
      return;
    }
    case 'mcp': {
      const { runMcp } = await import('./cli/mcp.ts');
      runMcp(rest);
      return;
    }
    case 'print-schema': {
      const { printSchema } = await import('./cli/print-schema.ts');
      await printSchema(rest);
      return;
    }
    default:
      quit(EXIT_USAGE, [`There is no command '${command}'. --help lists the commands.`]);
  }
}

async function start(args: readonly string[]): Promise<void> {
  const { values, rest } = takeSwitches(args, {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'v' },
  });
  if (values.help !== undefined || values.version !== undefined) {
    const { HELP, VERSION_LINE } = await import('./cli/arguments.ts');
    process.stdout.write(values.help === undefined ? VERSION_LINE : HELP);
    return;
  }
  const { serve } = await import('./cli/serve.ts');
  await serve(rest);
}
