import { hostname } from 'node:os';
import { destination, pino } from 'pino';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { openAuditFile } from '../http/audit-trail.ts';
import type { AuditSink } from '../http/audit-trail.ts';
import type { SandboxAnnouncement } from '../sandbox/announce.ts';
import { quit, readMessage } from './process.ts';

const STDOUT = 1;
/** The library's number for the level of its `info`. */
const INFO = 30;
/** Lines are written together: each write costs as much as a tenth of a small request. The library writes the rest at the exit. */
const BATCH = { minLength: 12_288, periodicFlush: 100 };

/**
 * The log of requests and faults, a line each: coloured text in a terminal, JSON in production and in pipes.
 * @param currentTraceId the trace that a line belongs to; left out: there are no traces
 */
export async function createLog(
  { log: { level, isProduction } }: Config,
  currentTraceId?: () => string | undefined,
): Promise<Logger> {
  const options = {
    level,
    ...(currentTraceId && {
      mixin() {
        const traceId = currentTraceId();
        return traceId === undefined ? {} : { trace_id: traceId };
      },
    }),
  };
  if (isProduction || !process.stdout.isTTY)
    return pino(options, destination({ dest: STDOUT, sync: false, ...BATCH }));
  const { default: pretty } = await import('pino-pretty');
  const stream = pretty({
    colorize: true,
    ignore: 'pid,hostname,method,path,status,ms,operation,vendorCalls,errors,trace_id',
    messageFormat: (line, key) => (line[key] === 'request' ? formatRequest(line) : String(line[key])),
  });
  return pino(options, stream);
}

function formatRequest(line: Readonly<Record<string, unknown>>): string {
  const { method, path, status, ms, operation, vendorCalls, errors } = line;
  const codes = Array.isArray(errors) ? errors.map(String) : [];
  const calls = `${String(vendorCalls)} vendor call${vendorCalls === 1 ? '' : 's'}`;
  return [method, path, operation, status ?? 'left', `${String(ms)} ms`, calls, ...codes]
    .filter((part) => part !== null && part !== undefined)
    .map(String)
    .join(' ');
}

/** The audit trail. It writes lines whole, each before the next one, or throws. */
export function openAuditLog(target: string): AuditSink {
  try {
    const write = openAuditFile(target);
    let taken = '';
    // The form of the request log's lines. That library takes three times as long for a line.
    const sender = { pid: process.pid, hostname: hostname(), name: 'audit' };
    return {
      take(line) {
        taken += `${JSON.stringify({ level: INFO, time: Date.now(), ...sender, ...line, msg: 'operation' })}\n`;
      },
      commit() {
        const lines = taken;
        taken = '';
        write(lines);
      },
    };
  } catch (error) {
    return quit(1, [`SIGHTLINE_AUDIT_LOG names a file that can't be written: ${readMessage(error)}`]);
  }
}

/** Logs what was read of the user's files, for a service without a banner. */
export function logFiles(log: Logger, { usage, events }: NonNullable<SandboxAnnouncement['files']>): void {
  for (const [source, files] of Object.entries({ USAGE: usage, EVENTS: events })) {
    if (files === null) continue;
    const { spans: _spans, absent: _absent, ...found } = files;
    if (files.unreadable > 0) log.warn({ source, ...found }, 'rows of files could not be read');
    else log.info({ source, ...found }, 'files read');
  }
}
