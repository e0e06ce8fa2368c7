/** What a browser is told about pages of other origins, as Yoga takes it; false: nothing, so that it keeps answers from them. */
export type OriginRule =
  | false
  | {
      readonly origin: string[];
      readonly methods: string[];
      readonly exposedHeaders: string[];
      readonly credentials: false;
      readonly maxAge: number;
    };

/** Seconds for which a browser may keep the answer. */
const MAX_AGE_S = 600;

/** Which pages of other origins may read answers: those of `origins`, written as browsers write them, and no others. */
export function allowOrigins(
  origins: readonly string[],
): false | ((request: { readonly headers: Headers }) => OriginRule) {
  if (origins.length === 0) return false;
  return ({ headers }) => {
    const origin = headers.get('origin');
    // Nothing is said to others: 'null', which libraries like to send then, is the origin of every sandboxed frame.
    if (origin === null || !origins.includes(origin)) return false;
    return {
      origin: [origin],
      methods: ['GET', 'POST'],
      exposedHeaders: ['ratelimit', 'ratelimit-policy', 'retry-after'],
      credentials: false,
      maxAge: MAX_AGE_S,
    };
  };
}

/** The headers by which a page of `origin` may read an answer that Yoga does not give: a refusal, so that it learns why. */
export function readableBy(origin: string | undefined, origins: readonly string[]): Record<string, string> {
  if (origin === undefined || !origins.includes(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'retry-after',
    vary: 'Origin',
  };
}
