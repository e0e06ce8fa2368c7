import { afterAll, beforeAll, test } from 'vitest';
import type { Client } from '@modelcontextprotocol/client';
import type { RequestLine } from '../../src/http/handler.ts';
import { callTool, connectTo } from '../support/mcp-client.ts';
import { PATIENT, startApp } from '../support/running-app.ts';
import type { RunningApp } from '../support/running-app.ts';

const lines: RequestLine[] = [];
let running: RunningApp;
let client: Client;
beforeAll(async () => {
  running = await startApp({ seed: 1 }, PATIENT, { onRequest: (line) => lines.push(line) });
  client = await connectTo(running.app);
});
afterAll(async () => {
  await client.close();
  await running.close();
});

test('x', async () => {
  const { tools } = await client.listTools();
  console.log(
    tools.map((t) => `${t.name} ${JSON.stringify(t).length}`),
    JSON.stringify(tools).length,
  );
  console.log(
    JSON.stringify(
      tools.find((t) => t.name === 'what_happened'),
      null,
      1,
    ).slice(0, 6000),
  );
  const called = await callTool(client, 'what_happened', {
    range: { last: 'PT3H' },
    filter: {
      ipAddress: '45.67.89.178',
      events: { action: { in: ['user-locked-out', 'user-login-success'] } },
      usage: { status: 'FAILED' },
    },
  });
  console.log(called.text, JSON.stringify(called.answer, null, 1).slice(0, 3000));
  console.log(lines);
  for (const [name, args] of Object.entries({
    who_did_it: {},
    event_values: {},
    calls_over_time: { range: { last: 'P1D' } },
    events_over_time: { range: { last: 'P1D' } },
    break_down_calls: {},
    compare_calls: { range: { last: 'P1D' } },
    compare_events: { range: { last: 'PT1H' }, earlier: { last: 'PT1H', to: '2026-03-04T11:00:00Z' } },
    service_status: {},
    explain_call_spike: { from: '2026-03-04T09:00:00Z', to: '2026-03-04T11:00:00Z' },
    explain_event_spike: { from: '2026-03-04T09:00:00Z', to: '2026-03-04T12:00:00Z' },
    one_entry: { id: (called.answer.data as any).timeline.entries[0].id, related: true },
  })) {
    const got = await callTool(client, name, args);
    console.log(name, got.isError, got.text.length, got.text.slice(0, 400), lines.at(-1)?.vendorCalls);
  }
});
