// Version, trace, parent and flags of https://www.w3.org/TR/trace-context/#traceparent-header. Later versions may add more.
const TRACEPARENT = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:$|-)/;

/** The id of the trace that a caller names; undefined: none, or no valid one. */
export function readTraceId(traceparent: string | undefined): string | undefined {
  return traceparent === undefined ? undefined : TRACEPARENT.exec(traceparent)?.[1];
}
