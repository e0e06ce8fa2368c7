import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { ClientOptions } from '@modelcontextprotocol/client';
import type { App } from '../../src/app.ts';

export const MCP_URL = 'http://127.0.0.1/mcp';
export const MODERN = '2026-07-28';

/** The structured answer of a tool. */
export interface Answer {
  readonly isAll: boolean | null;
  readonly coverage: string | null;
  readonly after: string | null;
  readonly data: Readonly<Record<string, never>>;
}

/** What a call of a tool gave: its structured answer, its text, or its refusal. */
export interface Called {
  readonly isError: boolean;
  readonly text: string;
  readonly answer: Answer;
}

/** A client of the SDK that asks a service in this process. */
export async function connectTo(
  app: App,
  headers: Readonly<Record<string, string>> = {},
  options: ClientOptions = { versionNegotiation: { mode: { pin: MODERN } } },
): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, options);
  const transport = new StreamableHTTPClientTransport(new URL(MCP_URL), {
    requestInit: { headers },
    fetch: (input, init) => app.fetch(String(input), init),
  });
  await client.connect(transport);
  return client;
}

export async function callTool(
  client: Client,
  name: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<Called> {
  const { isError = false, content, structuredContent } = await client.callTool({ name, arguments: args });
  const [block] = content as readonly { readonly type: string; readonly text: string }[];
  return { isError, text: block!.text, answer: structuredContent as Answer };
}
