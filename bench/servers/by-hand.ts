import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { request as call } from 'undici';
import type { EventRow, SeriesRow, UsageRow } from '../data.ts';

// The same work by hand (L0), without GraphQL: one handler for each question, undici's `request`, JSON.parse, pick, JSON.stringify.

interface Variables {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly first: number;
}

const { USAGE_API_URL: usageUrl = '', EVENTS_API_URL: eventsUrl = '', PORT: port } = process.env;
const usageHeaders = { authorization: 'User user, Organization organization' };
const eventsHeaders = { authorization: 'Bearer token' };

async function get<Body>(url: string, headers: Record<string, string>): Promise<Body> {
  const { body } = await call(url, { headers });
  return JSON.parse(await body.text()) as Body;
}

const readUsage = <Body>(path: string): Promise<Body> => get(usageUrl + path, usageHeaders);

function pickSix({ id, usageDate, requestStatus, elementKey, processTime, requestURI }: UsageRow) {
  return { recordId: id, timestamp: usageDate, requestStatus, elementKey, processTime, requestURI };
}

async function readList<Picked>({ from, to, first }: Variables, pick: (row: UsageRow) => Picked) {
  const rows = await readUsage<readonly UsageRow[]>(
    `/usage?from=${from}&to=${to}&pageOffset=0&pageSize=${first}`,
  );
  return { usageRecords: { nodes: rows.map(pick) } };
}

const HANDLERS: Readonly<Record<string, (variables: Variables) => Promise<unknown>>> = {
  '/Q1': async ({ id }) => ({ usageRecord: pickSix(await readUsage<UsageRow>(`/usage/${id}`)) }),
  '/Q2': (variables) => readList(variables, pickSix),
  async '/Q3'({ from, to }) {
    const [activity = [], times = [], statuses = []] = await Promise.all(
      ['activity', 'times', 'statuses'].map((name) =>
        readUsage<readonly SeriesRow[]>(`/usage/analytics/${name}?from=${from}&to=${to}&interval=day`),
      ),
    );
    const buckets = activity.flatMap(({ timestamp, count }, index) => {
      const [time, status] = [times[index], statuses[index]];
      if (timestamp >= to || !time || !status) return [];
      const { min, max, avg } = time;
      const { success, failed } = status;
      return [{ timestamp, count, processTime: { min, max, avg }, statuses: { success, failed } }];
    });
    return { usageAnalytics: { buckets } };
  },
  async '/Q4'({ from, to }) {
    const query = `createdFrom=${from}&createdTo=${to}&page=1&pageSize=50`;
    const rows = await get<readonly EventRow[]>(`${eventsUrl}/events?${query}`, eventsHeaders);
    const records = new Map<string, Promise<UsageRow>>();
    const nodes = await Promise.all(
      rows.map(async ({ id, recordId, category, action, description, username, ipAddress }) => {
        const record = records.get(recordId) ?? readUsage<UsageRow>(`/usage/${recordId}`);
        records.set(recordId, record);
        const event = { eventId: String(id), category, action, description, username, ipAddress };
        return { ...event, record: pickSix(await record) };
      }),
    );
    return { events: { nodes } };
  },
  '/Q5': (variables) =>
    readList(variables, ({ id, accountId, userId, companyId, elementTags, ...others }) => ({
      recordId: id,
      usageDate: others.usageDate,
      requestStatus: others.requestStatus,
      elementName: others.elementName,
      elementKey: others.elementKey,
      accountId: String(accountId),
      instanceName: others.instanceName,
      userId: String(userId),
      processTime: others.processTime,
      requestURI: others.requestURI,
      requestIP: others.requestIP,
      elementTags: elementTags.split(','),
      elementApi: others.elementApi,
      companyId: String(companyId),
    })),
};

function readBody(request: IncomingMessage): Promise<Variables> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', reject);
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      resolve((JSON.parse(text) as { readonly variables: Variables }).variables);
    });
  });
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = HANDLERS[request.url ?? ''];
  const text = answer ? JSON.stringify({ data: await answer(await readBody(request)) }) : '{}';
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

createServer((request, response) => void handle(request, response)).listen(Number(port), '127.0.0.1');
