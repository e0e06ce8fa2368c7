import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

// ClickHouse's engine behind as much of its HTTP interface as the official client uses. `clickhouse-server.ts` runs it as a process
// of its own. It writes its port to its output, and ends when its input does.

interface Session {
  queryAsync(sql: string, options: { format: string }): Promise<{ bytes(): Uint8Array }>;
}
const { Session } = createRequire(join(import.meta.dirname, 'chdb/package.json'))('chdb') as {
  Session: new (folder: string, options: { connectionArgs: string[] }) => Session;
};
const folder = process.argv[2] ?? '';
const config = join(folder, 'config.xml');
// A cluster of this engine alone. It is its own local shard, so nothing listens on the port.
writeFileSync(
  config,
  '<clickhouse><tcp_port>9000</tcp_port><remote_servers><my_cluster><shard><replica><host>localhost</host><port>9000</port></replica></shard></my_cluster></remote_servers></clickhouse>',
);
const session = new Session(join(folder, 'data'), { connectionArgs: [`--config-file=${config}`] });
const quote = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`;

let last: Promise<unknown> = Promise.resolve();
const server = createServer({ maxHeaderSize: 1 << 20 }, (request, response) => {
  void (async () => {
    const {
      database,
      query_id: _,
      ...settings
    } = Object.fromEntries(new URL(request.url ?? '', 'http://localhost').searchParams);
    const type = request.headers['content-type'];
    const body = await buffer(request);
    const form = type?.startsWith('multipart/')
      ? await new Response(body, { headers: { 'content-type': type } }).formData()
      : new FormData();
    const { query, ...values } = { ...settings, ...Object.fromEntries(form) };
    // Rows to insert follow the statement in the address.
    const sql = form.has('query') ? String(query) : `${String(query ?? '')}\n${body.toString()}`;
    const set = Object.entries(values).map(([name, value]) => `set ${name} = ${quote(String(value))};`);
    // One after the other, because settings belong to the session.
    const run = last.then(async () =>
      session.queryAsync(`use \`${database ?? 'default'}\`; ${set.join(' ')} ${sql}`, { format: 'JSON' }),
    );
    last = run.catch(() => {});
    try {
      response.end((await run).bytes());
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      response
        .writeHead(500, { 'x-clickhouse-exception-code': /Code: (\d+)/.exec(message)?.[1] ?? '1' })
        .end(message);
    }
  })();
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
process.stdin.resume().on('end', () => process.exit());
