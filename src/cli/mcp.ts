import { parseArgs } from 'node:util';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import manifest from '../../package.json' with { type: 'json' };
import { createProtocolServer } from '../http/mcp/protocol.ts';
import { readProof } from './key-switches.ts';
import { createForwarding } from './mcp-forwarding.ts';
import { readVendorHeaders } from './vendor-headers.ts';
import { EXIT_USAGE, loadEnv, onStop, quit, readMessage } from './process.ts';

const HELP = `Lets an agent on this machine ask a running service, by the Model Context Protocol over stdin and stdout.

  npm run --silent mcp -- [switches]

  --url URL        the service; default: http://127.0.0.1:4000
  --key KEY        an API key or a token
  --key-file FILE  a file that holds the key, so that it is not on the command line
  -h, --help       print this text

If the service has VENDOR_CREDENTIALS=request, set the same here, and beside it the vendors' credentials that it is sent with each
call: USAGE_API_USER_SECRET and USAGE_API_ORGANIZATION_SECRET, EVENTS_API_TOKEN, or all three. They are read from the environment
and from .env, and no switch takes them, because everybody on a machine can read its command lines.

Give the command to the agent's program; it starts and ends it. docs/agents.md has examples.
`;

const OPTIONS = {
  url: { type: 'string', default: 'http://127.0.0.1:4000' },
  key: { type: 'string' },
  'key-file': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** The command `mcp`. Standard output carries the protocol and nothing else. */
export function runMcp(args: readonly string[]): void {
  const values = readSwitches(args);
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const url = readUrl(values.url);
  loadEnv();
  const read = readVendorHeaders(process.env, url);
  if (read.kind === 'faults') return quit(1, read.faults);
  const toolbox = createForwarding({
    url,
    version: manifest.version,
    headers: { ...readProof(values), ...read.headers },
    fetch,
  });
  const report = (error: Error): void => {
    process.stderr.write(`sightline: ${error.message}\n`);
  };
  const connection = serveStdio(() => createProtocolServer(toolbox), { onerror: report });
  onStop(() => connection.close());
}

function readSwitches(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    return quit(EXIT_USAGE, [readMessage(error), 'npm run mcp -- --help lists the switches.']);
  }
}

function readUrl(text: string): string {
  if (!/^https?:/.test(text) || !URL.canParse(text))
    return quit(EXIT_USAGE, ['--url must be an http or https address.']);
  return text.replace(/\/+$/, '');
}
