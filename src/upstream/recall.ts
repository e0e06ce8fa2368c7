import type { ScopedKey } from '../base/credential-scope.ts';
import type { Source } from '../base/source.ts';
import type { AnswerCache } from './answer-cache.ts';
import { judgeContent } from './judge-answer.ts';
import type { AnswerSlot } from './answer-slot.ts';
import type { SharedAnswers } from './shared-answers.ts';

/** Brings into memory what another instance has read, if there is anything. Never rejects. */
export type Recall = (slot: AnswerSlot) => Promise<void>;

/** Many callers who miss the same answer at once cause one look. */
export function createRecall(source: Source, cache: AnswerCache, shared: SharedAnswers): Recall {
  const underWay = new Map<ScopedKey, Promise<void>>();
  const look: Recall = async ({ scope, key, operation, decode }) => {
    const found = await shared.read(scope, key);
    if (!found) return;
    const { policy, readAtMs, answer } = found;
    const judgement = judgeContent(answer, { source, operation });
    if (judgement.is === 'failed') return;
    try {
      cache.write(scope, key, policy, { value: decode(judgement.response), readAtMs }, answer.body.length);
    } catch {
      // This version can't read what another has kept: a miss, as if nothing were there.
    }
  };
  return (slot) => {
    const { key } = slot;
    const earlier = underWay.get(key);
    if (earlier) return earlier;
    const looking = look(slot).finally(() => underWay.delete(key));
    underWay.set(key, looking);
    return looking;
  };
}
