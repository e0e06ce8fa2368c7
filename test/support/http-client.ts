import { Agent, request as ask } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { once } from 'node:events';

/** A response with its whole body. */
export interface HttpReply {
  readonly status: number;
  readonly text: string;
}

/** Posts bodies to one GraphQL address over keep-alive connections. */
export interface HttpClient {
  post(body: string): Promise<HttpReply>;
  close(): void;
}

export function createHttpClient(url: string): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  return {
    async post(body) {
      const sent = ask(url, {
        agent,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      });
      // A server that refuses a body because of its length may close the connection before it is sent.
      sent.on('error', () => {});
      sent.end(body);
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      const chunks: Buffer[] = [];
      for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
      return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') };
    },
    close: () => agent.destroy(),
  };
}
