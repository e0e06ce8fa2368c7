import type { CredentialScope, ScopedKey } from '../base/credential-scope.ts';
import type { Source } from '../base/source.ts';
import type { AnswerCache } from './answer-cache.ts';
import { judgeAnswer } from './judge-answer.ts';
import type { SharedAnswers } from './shared-answers.ts';
import type { UpstreamRequest } from './upstream.ts';

/** Brings into memory what another instance has read, if there is anything. Never rejects. */
export type Recall = (
  request: UpstreamRequest<unknown>,
  scope: CredentialScope,
  key: ScopedKey,
) => Promise<void>;

/** Many callers who miss the same answer at once cause one look. */
export function createRecall(source: Source, cache: AnswerCache, shared: SharedAnswers): Recall {
  const underWay = new Map<ScopedKey, Promise<void>>();
  const look: Recall = async (request, scope, key) => {
    const found = await shared.read(scope, key);
    if (!found) return;
    const { policy, readAtMs, answer } = found;
    const judgement = judgeAnswer(answer, { source, operation: request.operation }, readAtMs);
    if (judgement.is === 'failed') return;
    try {
      const { value } = request.decode(judgement.response);
      cache.write(scope, key, policy, { value, readAtMs }, answer.body.length);
    } catch {
      // This version can't read what another has kept: a miss, as if nothing were there.
    }
  };
  return (request, scope, key) => {
    const earlier = underWay.get(key);
    if (earlier) return earlier;
    const looking = look(request, scope, key).finally(() => underWay.delete(key));
    underWay.set(key, looking);
    return looking;
  };
}
