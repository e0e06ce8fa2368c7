import { ApolloClient, InMemoryCache, gql } from '@apollo/client';
import type { ApolloLink } from '@apollo/client';
import { Client, fetchExchange } from '@urql/core';
import type { Exchange } from '@urql/core';
import { Environment, Network, RecordSource, requestSubscription, Store } from 'relay-runtime';
import type { ConcreteRequest, SubscribeFunction } from 'relay-runtime';
import { expect, test } from 'vitest';
import { START_MS } from '../sources/live/live-world.ts';
import { breakable } from '../support/cut-streams.ts';
import { ACTIVITY } from '../support/event-stream.ts';
import { createLiveRig, pass, until } from '../support/live-rig.ts';
import { openQuickStart } from '../support/quick-start.ts';

const FOLLOW = 'subscription Follow { activity { edges { node { __typename id timestamp } } cursor } }';

/** What Relay's compiler writes for `FOLLOW`. */
const COMPILED = createRequest();

/** What a client has seen. */
interface Follower {
  readonly seen: string[];
  readonly ended: unknown[];
}
type Options = Readonly<Record<'url' | 'fetchFn' | 'retry', unknown>>;

/** Each follows by the code of its page. The returned function leaves. */
const CLIENTS: Readonly<Record<string, (options: Options, follower: Follower) => Promise<() => void>>> = {
  async apollo(options, { seen, ended }) {
    const page = await openQuickStart<{ createStreamLink(options: Options): ApolloLink }>(
      'apollo',
      String(options.url),
      {},
      'stream-link.ts',
    );
    const client = new ApolloClient({ link: page.createStreamLink(options), cache: new InMemoryCache() });
    const following = client.subscribe<Followed>({ query: gql(FOLLOW), fetchPolicy: 'no-cache' }).subscribe({
      next({ data, error }) {
        if (error) ended.push(error);
        seen.push(...timesOf(data));
      },
      error: (error) => void ended.push(error),
      complete: () => void ended.push('complete'),
    });
    return () => following.unsubscribe();
  },
  async relay(options, { seen, ended }) {
    const page = await openQuickStart<{ createSubscribe(options: Options): SubscribeFunction }>(
      'relay',
      String(options.url),
      {},
      'subscribe.ts',
    );
    const environment = new Environment({
      network: Network.create(() => Promise.reject(new Error('unasked')), page.createSubscribe(options)),
      store: new Store(new RecordSource()),
    });
    const following = requestSubscription<{ response: Followed; variables: object }>(environment, {
      subscription: COMPILED,
      variables: {},
      onNext: (data) => void seen.push(...timesOf(data)),
      onError: (error) => void ended.push(error),
      onCompleted: () => void ended.push('complete'),
    });
    return () => following.dispose();
  },

  async urql(options, { seen, ended }) {
    const page = await openQuickStart<{ createStreamExchange(options: Options): Exchange }>(
      'urql',
      String(options.url),
      {},
      'stream-exchange.ts',
    );
    const client = new Client({
      url: String(options.url),
      preferGetMethod: false,
      exchanges: [page.createStreamExchange(options)],
    });
    const following = client.subscription<Followed>(FOLLOW, {}).subscribe(({ data, error, hasNext }) => {
      if (error || !hasNext) ended.push(error ?? 'complete');
      seen.push(...timesOf(data));
    });
    return () => following.unsubscribe();
  },
};

interface Followed {
  readonly activity: { readonly edges: readonly { readonly node: { readonly timestamp: string } }[] };
}

const timesOf = (data: Followed | null | undefined): readonly string[] =>
  (data?.activity.edges ?? []).map(({ node }) => node.timestamp);

test.each(Object.entries(CLIENTS))(
  '%s follows by the code of its page, through cuts in frames, on changing instances, and loses or doubles no row',
  async (_, follow) => {
    const { app, createInstance, time, usage, transport } = createLiveRig();
    const instances = [app, createInstance(), createInstance()];
    const opened: { cut(): void }[] = [];
    const follower: Follower = { seen: [], ended: [] };
    const leave = await follow(
      {
        url: 'http://127.0.0.1/graphql',
        retry: () => Promise.resolve(),
        async fetchFn(url: string, init: RequestInit) {
          const made = breakable(await instances[opened.length % instances.length]!.fetch(url, init));
          opened.push(made);
          return made.response;
        },
      },
      follower,
    );
    await until(() => opened.length === 1);
    const rows = Array.from({ length: 12 }, (__, n) => START_MS + 1_000 + n * 3_000);
    for (const [n, atMs] of rows.entries()) {
      await pass(time, atMs - time.clock.now());
      // One on time and a late one.
      usage.push({ id: `r${n}`, atMs }, { id: `late${n}`, atMs: atMs - 1_500 });
      await pass(time, 1_000);
      if (n % 4 !== 3) continue;
      const before = opened.length;
      opened.at(-1)!.cut();
      await until(() => opened.length > before);
    }
    await pass(time, 30_000);
    const written = rows.flatMap((atMs) => [atMs, atMs - 1_500]).map((ms) => new Date(ms).toISOString());
    expect(opened).toHaveLength(4);
    expect(follower.seen.toSorted()).toEqual(written.toSorted());
    expect(follower.ended).toEqual([]);
    leave();
    await pass(time, 1_000);
    const calls = transport.requests.length;
    await pass(time, 60_000);
    expect(transport.requests).toHaveLength(calls);
  },
);

test('urql follows a stream by its own fetch exchange, and leaving it frees the poller', async () => {
  const { app, time, usage, transport } = createLiveRig();
  const client = new Client({
    url: 'http://127.0.0.1/graphql',
    exchanges: [fetchExchange],
    fetchSubscriptions: true,
    preferGetMethod: false,
    fetch: (input, init) => app.fetch(input instanceof URL ? input.href : input, init),
  });
  const seen: string[] = [];
  const errors: unknown[] = [];
  const { unsubscribe } = client.subscription(ACTIVITY, {}).subscribe(({ data, error }) => {
    if (error) errors.push(error);
    for (const { node } of data?.activity.edges ?? []) seen.push(node.timestamp);
  });
  await pass(time, 1_000);
  usage.push({ id: 'a', atMs: START_MS + 1_000 });
  await pass(time, 20_000);
  expect(errors).toEqual([]);
  expect(seen).toEqual([new Date(START_MS + 1_000).toISOString()]);
  unsubscribe();
  await pass(time, 1_000);
  const calls = transport.requests.length;
  await pass(time, 60_000);
  expect(transport.requests).toHaveLength(calls);
});

function createRequest(): ConcreteRequest {
  const scalar = (name: string) =>
    ({ alias: null, args: null, kind: 'ScalarField', name, storageKey: null }) as const;
  const linked = (
    name: string,
    concreteType: string | null,
    plural: boolean,
    selections: readonly unknown[],
  ) => ({
    alias: null,
    args: null,
    concreteType,
    kind: 'LinkedField',
    name,
    plural,
    selections,
    storageKey: null,
  });
  const selections = [
    linked('activity', 'ActivityUpdate', false, [
      linked('edges', 'ActivityEdge', true, [
        linked('node', null, false, [scalar('__typename'), scalar('id'), scalar('timestamp')]),
      ]),
      scalar('cursor'),
    ]),
  ];
  const operation = { argumentDefinitions: [], name: 'Follow', selections };
  return {
    kind: 'Request',
    fragment: { ...operation, kind: 'Fragment', metadata: null, type: 'Subscription', abstractKey: null },
    operation: { ...operation, kind: 'Operation' },
    params: {
      cacheID: 'follow',
      id: null,
      metadata: {},
      name: 'Follow',
      operationKind: 'subscription',
      text: FOLLOW,
    },
  } as unknown as ConcreteRequest;
}
