import type { CallToolResult, Tool } from '@modelcontextprotocol/server';
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/server';
import type { Toolbox } from '../http/mcp/protocol.ts';
import { MCP_PATH } from '../http/pages.ts';

export interface ForwardingOptions {
  readonly url: string;
  readonly version: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
}

const REVISION = '2026-07-28';

/** The tools of a running service. Each call is one request, which ends if its signal aborts. */
export function createForwarding({ url, version, headers, fetch: send }: ForwardingOptions): Toolbox {
  const ask = async (
    method: string,
    name: string | null,
    params: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<unknown> => {
    const meta = {
      [PROTOCOL_VERSION_META_KEY]: REVISION,
      [CLIENT_INFO_META_KEY]: { name: 'sightline-stdio', version },
      [CLIENT_CAPABILITIES_META_KEY]: {},
    };
    const response = await send(`${url}${MCP_PATH}`, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': REVISION,
        'mcp-method': method,
        ...(name !== null && { 'mcp-name': encodeName(name) }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } }),
      signal,
    }).catch((error: unknown) => {
      signal.throwIfAborted();
      throw new Error(
        `No service answers at ${url}. Start it with npm start, or give its address with --url.`,
        {
          cause: error,
        },
      );
    });
    return readResult(await response.text(), response.status, url);
  };
  return {
    version,
    async list(signal) {
      return ((await ask('tools/list', null, {}, signal)) as { readonly tools: Tool[] }).tools;
    },
    async call(name, args, signal) {
      const result = (await ask('tools/call', name, { name, arguments: args }, signal)) as CallToolResult;
      // The service has written what is for its own answer.
      const {
        _meta: _own,
        resultType: _type,
        ...others
      } = result as CallToolResult & { resultType?: unknown };
      return others;
    },
  };
}

/** @throws Error for an answer that is no result */
function readResult(text: string, status: number, url: string): unknown {
  let answer: {
    readonly result?: unknown;
    readonly error?: { readonly message?: unknown };
    readonly errors?: readonly { readonly message?: unknown }[];
  };
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    const off = status === 404 ? ' Set SIGHTLINE_MCP=true there.' : '';
    throw new Error(`${url} answers ${status}, but not as a service for agents.${off}`);
  }
  if (answer.result !== undefined) return answer.result;
  const message = answer.error?.message ?? answer.errors?.[0]?.message;
  throw new Error(typeof message === 'string' ? message : `${url} answers ${status} without a result.`);
}

/** A header holds visible ASCII only; the protocol has a form for all other names. */
function encodeName(name: string): string {
  return /^[\x21-\x7e]+$/.test(name) && !name.startsWith('=?')
    ? name
    : `=?base64?${Buffer.from(name).toString('base64')}?=`;
}
