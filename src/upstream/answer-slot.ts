import type { CredentialScope, ScopedKey } from '../base/credential-scope.ts';
import type { CachePolicy, UpstreamResponse } from './upstream.ts';

/** Where an answer is kept, and how it is read where another instance has kept it. */
export interface AnswerSlot {
  readonly scope: CredentialScope;
  readonly key: ScopedKey;
  readonly cache: CachePolicy;
  /** The vendor's path template. */
  readonly operation: string;
  /** Throws where the answer can't be understood. */
  readonly decode: (response: UpstreamResponse) => unknown;
}
