import type { CallToolResult, Tool as ToolDescription } from '@modelcontextprotocol/server';
import { RequestError } from '../../base/errors.ts';
import { corsHeadersFor } from '../cors.ts';
import type { HttpAnswer, HttpRequest } from '../http-message.ts';
import { maskError } from '../mask-error.ts';
import type { RequestContext } from '../plugins/operation.ts';
import type { YogaOptions } from '../yoga.ts';
import { explainSpike } from './spike.ts';
import { writeAnswer, writeAnswerSchema } from './answer.ts';
import {
  INVALID_REQUEST,
  METHOD_NOT_FOUND,
  parseMessage,
  readMethod,
  readType,
  refuseMessage,
  toRequest,
} from './message.ts';
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

const MAX_REFUSAL_LETTERS = 2_000;
const MAX_NAME_LETTERS = 60;

/** The service for agents: each call of a tool is one operation of its caller. */
export function createMcp(options: YogaOptions, { version, maxBytes }: McpSettings): AnswerMcp {
  const { onFault, corsOrigins } = options;
  const run = createToolRunner(options);
  let reading: { readonly hashes: string; readonly tools: Promise<ToolSet> } | null = null;
  // A reload replaces the documents, and then the tools that are made of them.
  const readTools = (): Promise<ToolSet> => {
    const hashes = [...(options.trustedDocuments?.keys() ?? [])].join();
    if (reading?.hashes !== hashes) reading = { hashes, tools: readToolSet(options) };
    return reading.tools;
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
    const message = parseMessage(body);
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
      `The tool has no argument ${JSON.stringify(unknown.slice(0, MAX_NAME_LETTERS))}. Its arguments are: ${known.join(', ') || 'none'}.`,
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
