import type { GraphQLSchema } from 'graphql';
import { hashDocument } from '../../../src/http/trusted-documents.ts';
import type { Dice } from '../fuzz/dice.ts';
import { createHostileRequests } from '../hostile-documents.ts';
import { createRandomOperations } from '../random-operation.ts';
import type { RandomOperation, RequestParameters } from '../random-operation.ts';
import type { QueryPool } from '../random-query.ts';
import type { Access } from './plan.ts';
import type { PlannedRequest } from './side.ts';

/** A random request, and the operation in it; null: it holds none that is valid. */
export interface DrawnRequest extends PlannedRequest {
  readonly operation: (RequestParameters & { readonly text: string }) | null;
}

/** The types that the lane answers in. */
const ACCEPTS = [
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json,application/json;q=0.9',
] as const;
const OTHER_ACCEPTS = [
  'application/graphql-response+json, application/json',
  'text/html,application/json;q=0.5',
  'application/json;charset=utf-8',
  'APPLICATION/JSON',
  '',
  'text/html',
  'text/event-stream',
  'image/png',
  'application/json;q=0',
  'nonsense',
] as const;
const CACHE_CONTROLS = [
  'no-cache',
  'no-cache',
  'max-age=60',
  'max-age="5", no-store',
  'max-age=x',
  'no-store',
] as const;

/** Random requests of one case. Most of them ask for a document that was asked for before. */
export function createRequests(
  schema: GraphQLSchema,
  dice: Dice,
  pool: QueryPool,
  access: Access,
): { draw(): DrawnRequest } {
  const write = createRandomOperations(schema, dice.fork('operations').roll, pool);
  const writeHostile = createHostileRequests(dice.fork('hostile').roll);
  // Each kind of hostile request comes equally often, so begin anywhere.
  for (let skip = dice.int(0, 60); skip > 0; skip -= 1) writeHostile();
  const asked: RandomOperation[] = access.trusted.map(({ text, drawRequest }) => ({ text, drawRequest }));

  const drawOperation = (): RandomOperation => {
    const known = asked[dice.int(0, asked.length - 1)];
    if (known && dice.chance(access.trusted.length > 0 ? 0.97 : 0.85)) return known;
    const operation = write();
    asked.push(operation);
    return operation;
  };

  const drawHeaders = (): Record<string, string> => ({
    ...(dice.chance(0.7) ? { accept: dice.pick(dice.chance(0.88) ? ACCEPTS : OTHER_ACCEPTS) } : {}),
    ...(dice.chance(0.4) ? { 'cache-control': dice.pick(CACHE_CONTROLS) } : {}),
    ...(dice.chance(0.4) ? { 'x-forwarded-for': dice.pick(['203.0.113.7', '203.0.113.8']) } : {}),
    ...(dice.chance(0.08)
      ? { origin: dice.pick(['https://app.example.org', 'https://other.example.org']) }
      : {}),
    ...access.drawProof(dice),
  });

  /** The text of a body of JSON with the parameters. */
  const writeBody = (text: string, { variables, operationName }: RequestParameters): string => {
    const named = operationName === undefined ? {} : { operationName };
    const given = Object.keys(variables).length === 0 && dice.chance(0.5) ? {} : { variables };
    const body = { query: text, ...given, ...named };
    if (dice.chance(0.88)) return JSON.stringify(body);
    const hash = hashDocument(text);
    return dice.pick([
      () => JSON.stringify(body, null, 2),
      () => JSON.stringify({ ...body, variables: null, operationName: null, extensions: null }),
      () => JSON.stringify({ ...body, extensions: { persistedQuery: { version: 1, sha256Hash: hash } } }),
      () => JSON.stringify({ ...given, ...named, extensions: { persistedQuery: { sha256Hash: hash } } }),
      () => JSON.stringify({ ...given, ...named, documentId: `sha256:${hash}` }),
      () => JSON.stringify({ ...body, documentId: hash }),
      () => JSON.stringify({ ...body, variables: [] }),
      () => JSON.stringify({ ...body, variables: JSON.stringify(variables) }),
      () => JSON.stringify({ ...body, extensions: [] }),
      () => JSON.stringify({ ...body, operationName: 7 }),
      () => JSON.stringify({ ...body, operationName: '' }),
      () => JSON.stringify({ ...body, query: [text] }),
      () => JSON.stringify({ ...body, foo: 1 }),
      () => JSON.stringify([body]),
      () => JSON.stringify(body).replace('{', '{"__proto__":{"operationName":"X"},'),
      () => JSON.stringify(body).replace('{', '{"query":"{ service { version } }",'),
      () => `\uFEFF${JSON.stringify(body)}`,
      () => ` \n${JSON.stringify(body)}\t`,
      () => JSON.stringify(body).slice(0, -3),
      () => JSON.stringify({ ...body, query: ` ${text}` }),
      () => JSON.stringify({ ...body, query: spoilText(text, dice) }),
      () => JSON.stringify({ ...body, query: spoilText(text, dice) }),
      () =>
        JSON.stringify({
          ...body,
          query: text.replace(/^query|^\{/, (word) => (word === '{' ? 'mutation {' : 'subscription')),
        }),
    ])();
  };

  return {
    draw() {
      const headers = drawHeaders();
      const leavesAtCall = dice.chance(0.03) ? dice.int(1, 4) : null;
      const post = { method: 'POST', target: '/graphql', headers, leavesAtCall };
      if (dice.chance(0.04)) return { ...post, body: writeHostile().body, operation: null };
      const { text, drawRequest } = drawOperation();
      const parameters = drawRequest();
      const operation = { text, ...parameters };
      if (dice.chance(0.02)) {
        const target = `/graphql?query=${encodeURIComponent(text)}&variables=${encodeURIComponent(JSON.stringify(parameters.variables))}`;
        return { method: 'GET', target, headers, body: null, leavesAtCall, operation };
      }
      const body = writeBody(text, parameters);
      if (dice.chance(0.01)) return { ...post, target: '/graphql?query=%7B__typename%7D', body, operation };
      if (dice.chance(0.01)) return { ...post, body: cutLetter(body), operation };
      return { ...post, body, operation };
    },
  };
}

/** The document with one letter or word gone, doubled or replaced. */
function spoilText(text: string, dice: Dice): string {
  const at = dice.int(0, text.length - 1);
  return dice.pick([
    () => text.slice(0, at) + text.slice(at + 1),
    () =>
      text.slice(0, at) + dice.pick(['$', '}', '"', 'x', '@skip', '...F0', '#', '\n', 'é']) + text.slice(at),
    () => text.replace(/\bnodes\b/, 'node'),
    () => text.replace(/\bfirst\b/, 'frist'),
    () => text.replace(/\$v0\b/, '$v1'),
    () => `${text} ${text}`,
  ])();
}

/** The text with a byte in it that is no UTF-8. */
function cutLetter(text: string): Buffer {
  const bytes = Buffer.from(text);
  bytes[Math.floor(bytes.length / 2)] = 0xff;
  return bytes;
}
