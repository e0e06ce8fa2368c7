import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as elapse } from 'node:timers/promises';
import { answerCall } from '../vendor.ts';

// Both vendors in one process, on loopback. `/bench/calls` gives the number of calls and begins to count anew; `/bench/delay/20`
// delays all further answers by 20 ms.

let calls = 0;
let delayMs = 0;

function control(target: string): Buffer {
  if (target.startsWith('/bench/delay/')) delayMs = Number(target.slice('/bench/delay/'.length));
  const counted = calls;
  calls = 0;
  return Buffer.from(String(counted));
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = request.url ?? '/';
  const isControl = target.startsWith('/bench/');
  const body = isControl ? control(target) : answerCall(target);
  if (!isControl) {
    calls += 1;
    if (delayMs > 0) await elapse(delayMs);
  }
  const sent = body ?? Buffer.from('{"message":"not found"}');
  response.writeHead(body ? 200 : 404, { 'content-type': 'application/json', 'content-length': sent.length });
  response.end(sent);
}

const server = createServer((request, response) => void handle(request, response));
server.keepAliveTimeout = 60_000;
server.listen(Number(process.env['PORT']), '127.0.0.1');
