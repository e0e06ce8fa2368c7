import { expect, test } from 'vitest';
import { createOriginReport } from '../../src/http/cors.ts';

const LISTED = 'https://app.example';

/** The reports about requests with these headers, one after the other. */
function report(...requests: readonly Record<string, string>[]): string[] {
  const messages: string[] = [];
  const look = createOriginReport([LISTED], (message) => messages.push(message));
  for (const headers of requests) look({ host: 'sightline.example', ...headers });
  return messages;
}

test('a refused origin is reported once, with the setting that admits it', () => {
  const origin = 'http://localhost:5173';
  expect(report({ origin }, { origin }, { origin: 'http://localhost:3000' })).toEqual([
    'A page of http://localhost:5173 may not read answers. Set SIGHTLINE_CORS_ORIGINS=https://app.example,http://localhost:5173 to admit it.',
    'A page of http://localhost:3000 may not read answers. Set SIGHTLINE_CORS_ORIGINS=https://app.example,http://localhost:3000 to admit it.',
  ]);
});

test('a page without an origin is reported with advice', () => {
  expect(report({ origin: 'null' })).toEqual([
    'A page without an origin (a file, a sandboxed frame) may not read answers. Serve it over HTTP and name its origin in SIGHTLINE_CORS_ORIGINS.',
  ]);
});

test("listed origins, the service's own pages, and origins that no browser sends are not reported", () => {
  expect(
    report(
      {},
      { origin: LISTED },
      { origin: 'https://sightline.example' },
      { origin: 'https://behind-a-proxy.example', 'sec-fetch-site': 'same-origin' },
      { origin: 'http://x.example/\n' },
      { origin: 'x' },
      { origin: `https://${'x'.repeat(300)}.example` },
      { origin: 'javascript:alert(1)' },
    ),
  ).toEqual([]);
});
