import type { CallToolResult, Tool as ToolDescription } from '@modelcontextprotocol/server';
import { RequestError } from '../../base/errors.ts';
import { corsHeadersFor, preflightHeadersFor } from '../cors.ts';
import { JSON_TYPE } from '../http-message.ts';
import type { HttpAnswer, HttpRequest } from '../http-message.ts';
import type { Caller } from '../identity/caller.ts';
import { maskError } from '../mask-error.ts';
import type { RequestContext } from '../plugins/operation.ts';
import { FOREIGN_ORIGIN, NO_PROOF } from '../refusals.ts';
import type { Refusal } from '../refusals.ts';
import type { YogaOptions } from '../yoga.ts';
import { explainSpike } from './spike.ts';
import { writeAnswer, writeAnswerSchema } from './answer.ts';
import { decodePlace } from './place.ts';
import { describeRefusal } from './refusal-words.ts';
import { createToolRunner } from './run.ts';
import type { Arguments } from './run.ts';
import { AFTER } from './rows.ts';
import { mayCall } from './tool.ts';
import type { Tool } from './tool.ts';
import { readToolSet } from './tool-set.ts';
import type { ToolSet } from './tool-set.ts';
import { showText } from './vendor-text.ts';

export interface McpSettings {
  readonly version: string;
  /** The most bytes of a tool's answer. */
  readonly maxBytes: number;
}

/** Answers a POST to the path of agents. Rejects only if the caller leaves. @param body of the request */
export type AnswerMcp = (request: HttpRequest, body: Buffer, asked: RequestContext) => Promise<HttpAnswer>;

const INVALID_REQUEST = -32_600;
const METHOD_NOT_FOUND = -32_601;
const MAX_REFUSAL_LETTERS = 2_000;

/** The service for agents: each call of a tool is one operation of its caller. */
export function createMcp(options: YogaOptions, { version, maxBytes }: McpSettings): AnswerMcp {
  const { onFault, corsOrigins } = options;
  const run = createToolRunner(options);
  let reading: Promise<ToolSet> | null = null;
  const readTools = (): Promise<ToolSet> => {
    reading ??= readToolSet(options);
    return reading;
  };

  const call = async (
    tool: Tool,
    given: Arguments,
    request: HttpRequest,
    asked: RequestContext,
    signal: AbortSignal,
  ): Promise<CallToolResult> => {
    const refuse = (error: unknown): CallToolResult => {
      const masked = maskError(error);
      asked.notes.errors = [String(masked.extensions['code'])];
      return refuseCall(describeRefusal(masked));
    };
    try {
      const { args, skipped } = readArguments(tool, given);
      const ran = await run(tool, args, request, asked, signal);
      if (ran.kind === 'refusal') return refuseCall(describeRefusal(ran.error));
      const data = tool.isSpike ? explainSpike(ran.data) : ran.data;
      return writeAnswer(tool, data, ran.errors, maxBytes, skipped);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RequestError)) onFault(error);
      return refuse(error);
    }
  };

  return async (request, body, asked) => {
    const { notes, caller } = asked;
    const message = parse(body);
    const method = readMethod(message);
    // Only a call reads what the audit trail is about.
    notes.isOperation = method === 'tools/call';
    const readable = corsHeadersFor(request.headers['origin'], corsOrigins);
    if (Array.isArray(message))
      return refuseMessage(400, INVALID_REQUEST, 'Send one message, not a batch.', message, readable);
    if (method === 'subscriptions/listen')
      return refuseMessage(
        404,
        METHOD_NOT_FOUND,
        'The tools do not change, so nothing can be listened to.',
        message,
        readable,
      );
    const [tools, { answerProtocol }] = await Promise.all([readTools(), import('./protocol.ts')]);
    const toolbox = {
      version,
      list: () =>
        Promise.resolve([...tools.values()].filter((tool) => mayCall(caller, tool)).map(describeTool)),
      async call(name: string, args: Arguments, signal: AbortSignal): Promise<CallToolResult> {
        const tool = tools.get(name);
        const either = AbortSignal.any([signal, request.signal]);
        return tool ? call(tool, args, request, asked, either) : refuseCall(refuseName(name, tools));
      },
    };
    const response = await answerProtocol(toolbox, toRequest(request, body), message, onFault);
    const text = await response.text();
    request.signal.throwIfAborted();
    return {
      status: response.status,
      headers: { ...notes.headers, ...readType(response), ...readable },
      ...(text === '' ? {} : { body: text }),
    };
  };
}

/** The answer to every method but POST: this service keeps no session that could be read or ended. */
export function answerOtherMethod(
  { method, headers }: HttpRequest,
  corsOrigins: readonly string[],
): HttpAnswer {
  const allow = 'POST, OPTIONS';
  if (method !== 'OPTIONS') return { status: 405, headers: { allow } };
  const preflight = preflightHeadersFor(headers['origin'], corsOrigins, 'POST', MCP_HEADERS);
  return { status: 204, headers: { allow, ...preflight } };
}

const MCP_HEADERS = 'content-type, mcp-protocol-version, mcp-method, mcp-name';

/**
 * The refusal of a page whose origin is not listed, as the protocol demands it, and of a caller who must say who they are; null: the
 * request is answered.
 */
export function refuseAgent(
  { headers: { origin } }: HttpRequest,
  { isAnonymous }: Caller,
  corsOrigins: readonly string[],
): Refusal | null {
  if (origin !== undefined && !corsOrigins.includes(origin)) return FOREIGN_ORIGIN;
  return isAnonymous ? NO_PROOF : null;
}

function describeTool({ name, title, description, input, output }: Tool): ToolDescription {
  return {
    name,
    title,
    description,
    inputSchema: input as ToolDescription['inputSchema'],
    outputSchema: writeAnswerSchema(output),
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  };
}

/**
 * The arguments of the operation, and how many rows of a numbered list earlier answers had.
 * @throws RequestError `BAD_USER_INPUT`, `CURSOR_INVALID`
 */
function readArguments({ input, rows }: Tool, given: Arguments): { args: Arguments; skipped: number } {
  const known = Object.keys(input['properties'] as object);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new RequestError(
      'BAD_USER_INPUT',
      `The tool has no such argument. Its arguments are: ${known.join(', ') || 'none'}.`,
    );
  if (rows?.kind !== 'list' || given[AFTER] === undefined || given[AFTER] === null)
    return { args: given, skipped: 0 };
  const { [AFTER]: after, ...args } = given;
  const { skipped, from, to } = decodePlace(after);
  const { last: _last, ...range } = (args['range'] ?? {}) as Arguments;
  return { args: { ...args, range: { ...range, from, to } }, skipped };
}

function refuseCall(text: string): CallToolResult {
  // A refusal may quote an argument, which the agent may have from a log.
  return { isError: true, content: [{ type: 'text', text: showText(text, MAX_REFUSAL_LETTERS) }] };
}

function refuseName(name: string, tools: ToolSet): string {
  const shown = /^\w{1,64}$/.test(name) ? ` '${name}'` : '';
  return `There is no tool${shown}. The tools are: ${[...tools.keys()].join(', ')}.`;
}

function refuseMessage(
  status: number,
  code: number,
  message: string,
  asked: unknown,
  headers: Readonly<Record<string, string>>,
): HttpAnswer {
  const id: unknown = typeof asked === 'object' && asked !== null && 'id' in asked ? asked.id : null;
  const known = typeof id === 'string' || typeof id === 'number' ? id : null;
  const body = JSON.stringify({ jsonrpc: '2.0', id: known, error: { code, message } });
  return { status, headers: { ...JSON_TYPE, ...headers }, body };
}

/** undefined: it is no JSON. */
function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function readMethod(message: unknown): string | null {
  const method: unknown = typeof message === 'object' && message !== null && Reflect.get(message, 'method');
  return typeof method === 'string' ? method : null;
}

function toRequest({ headers, signal, target }: HttpRequest, body: Buffer): Request {
  const sent = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const host = headers['host'] ?? 'localhost';
  return new Request(`http://${host}${target}`, {
    method: 'POST',
    headers: sent,
    body: body as Uint8Array<ArrayBuffer>,
    signal,
  });
}

function readType(response: Response): Record<string, string> {
  const type = response.headers.get('content-type');
  return type === null ? {} : { 'content-type': type };
}
