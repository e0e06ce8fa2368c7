import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/base/secret.ts';
import { createCallBudget } from '../../src/upstream/call-budget.ts';
import type { Credentials } from '../../src/upstream/upstream.ts';
import { credentialsOf, jsonAnswer, requestOf } from '../support/upstream-fixtures.ts';
import { createRig } from './upstream-rig.ts';

describe('credentials', () => {
  const renewable = (
    values: readonly string[],
  ): Credentials & { readonly rejections: (string | undefined)[] } => {
    const rejections: (string | undefined)[] = [];
    return {
      ...credentialsOf('renewable'),
      rejections,
      async authorization(_signal, rejected) {
        rejections.push(rejected?.reveal());
        return new Secret(values[Math.min(rejections.length, values.length) - 1] ?? '');
      },
    };
  };

  test('without credentials a source is not configured, and no call is made', async () => {
    const { transport, upstream, context } = createRig(() => jsonAnswer([]));
    await expect(upstream.get(requestOf(), context({ credentials: null }))).rejects.toMatchObject({
      code: 'SOURCE_NOT_CONFIGURED',
    });
    expect(transport.requests).toHaveLength(0);
  });

  test('refused credentials are renewed once, and the attempt with the new ones costs a call', async () => {
    const { transport, upstream, context } = createRig(({ authorization }) =>
      authorization === 'new' ? jsonAnswer([1]) : jsonAnswer({}, 401),
    );
    const credentials = renewable(['old', 'new']);
    const callBudget = createCallBudget(Infinity);
    expect((await upstream.get(requestOf(), context({ credentials, callBudget }))).value).toEqual([1]);
    expect(credentials.rejections).toEqual([undefined, 'old']);
    expect(transport.requests.map(({ authorization }) => authorization)).toEqual(['old', 'new']);
    expect(callBudget.tallies()[0]?.calls).toBe(2);
  });

  test('if the renewed credentials are refused as well, the call fails', async () => {
    const { transport, upstream, context } = createRig(() => jsonAnswer({}, 401));
    await expect(
      upstream.get(requestOf(), context({ credentials: renewable(['old', 'new', 'newer']) })),
    ).rejects.toMatchObject({
      code: 'UPSTREAM_UNAUTHENTICATED',
    });
    expect(transport.requests).toHaveLength(2);
  });

  test.each(['', ' a', 'a ', 'a\r\nx-evil: 1', 'a\n', 'a\0', 'ä', 'a\tb', 'a'.repeat(8_193)])(
    'a value that could break the header is never sent: %j',
    async (value) => {
      const { transport, upstream, context } = createRig(() => jsonAnswer([]));
      const reason = await upstream
        .get(requestOf(), context({ credentials: renewable([value]) }))
        .catch((error: unknown) => error);
      expect(reason).toMatchObject({ code: 'UPSTREAM_UNAUTHENTICATED' });
      expect(transport.requests).toHaveLength(0);
    },
  );

  test('if no credentials can be obtained, the error says so', async () => {
    const { upstream, context } = createRig(() => jsonAnswer([]));
    const credentials = { ...credentialsOf('a'), authorization: () => Promise.reject(new Error('no')) };
    await expect(upstream.get(requestOf(), context({ credentials }))).rejects.toMatchObject({
      code: 'UPSTREAM_UNAUTHENTICATED',
    });
  });
});
