import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordedVendor {
  readonly port: number;
  /** The vendor's base URL at another port of this machine, such as a proxy's. Without `port`, at this server. */
  urlAt(port?: number): string;
  close(): Promise<void>;
}

interface Recorded {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

/** A server in front of the vendor at `baseUrl`. It asks the vendor each question once, and repeats the answer from memory. */
export async function startRecordedVendor(baseUrl: string): Promise<RecordedVendor> {
  const { origin, pathname } = new URL(baseUrl);
  const recorded = new Map<string, Promise<Recorded>>();
  const ask = async (path: string, authorization: string): Promise<Recorded> => {
    const answer = await fetch(origin + path, { headers: { authorization } });
    const type = answer.headers.get('content-type') ?? '';
    return { status: answer.status, type, body: Buffer.from(await answer.arrayBuffer()) };
  };
  const server = createServer((request, response) => {
    const { url = '/', headers } = request;
    const answer = recorded.get(url) ?? ask(url, headers.authorization ?? '');
    recorded.set(url, answer);
    answer.then(
      ({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type, 'content-length': body.length });
        response.end(body);
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    urlAt: (other = port) => `http://127.0.0.1:${other}${pathname}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
