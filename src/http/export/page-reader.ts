import { GraphQLError } from 'graphql';
import { UpstreamError } from '../../base/errors.ts';
import type { Source } from '../../base/source.ts';
import type { OperationEstimate } from '../../graph/cost/operation.ts';
import { addTallies } from '../../upstream/call-budget.ts';
import type { CallTally } from '../../upstream/call-budget.ts';
import { headersOf } from '../http-message.ts';
import type { HttpRequest } from '../http-message.ts';
import type { Caller } from '../identity/caller.ts';
import type { KnownDocument } from '../lane/documents.ts';
import { createMasker, maskError } from '../mask-error.ts';
import type { Operation } from '../operation.ts';
import { beginDocument } from '../run-document.ts';
import type { DocumentRun } from '../run-document.ts';
import type { YogaOptions } from '../yoga.ts';
import type { PageVariables } from './document.ts';
import type { ExportField } from './fields.ts';
import type { ExportList } from './lists.ts';
import type { Pace, Timing } from './pace.ts';
import { readPage } from './page.ts';
import type { ExportPage, ListAnswer } from './page.ts';

/** A page, or why there is none. The error is one for callers. */
export type PageResult =
  | { readonly kind: 'page'; readonly page: ExportPage }
  | { readonly kind: 'failure'; readonly error: GraphQLError };

/** Reads the pages of one export. */
export interface PageReader {
  /** What one page needs. */
  estimate(): OperationEstimate;
  /** Waits for its turn and reads a page. Rejects if the caller leaves. */
  read(after: string | null): Promise<PageResult>;
  /** The same, and asks again if the vendor fails. */
  readPatiently(after: string | null): Promise<PageResult>;
  /** The vendor calls of all pages so far. */
  tallies(): readonly CallTally[];
  /** The operation of the last page, or of the first one. */
  operation(): Operation;
}

export interface PageReaderDeps {
  readonly options: YogaOptions;
  readonly pace: Pace;
  readonly timing: Timing;
}

/** The list that the pages are of. */
export interface PageQuestion {
  readonly request: HttpRequest;
  readonly caller: Caller;
  readonly list: ExportList;
  readonly fields: readonly ExportField[];
  readonly known: KnownDocument;
  /** They fit the document. */
  readonly variables: PageVariables;
}

/** Waits before the second, third and fourth reading of a page, in milliseconds, unless the vendor asks for a longer one. */
const WAITS_MS = [1_000, 5_000, 20_000] as const;

/** Failures that the same question may not have again. */
const PASSING: ReadonlySet<unknown> = new Set([
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_RATE_LIMITED',
  'UPSTREAM_BAD_RESPONSE',
  'UPSTREAM_OUT_OF_ORDER',
]);

/**
 * Reads a list page by page through the graph. Each page is an operation of its own: with its own 'now', deadline and call budget.
 * @throws RequestError `BAD_USER_INPUT` if credentials in the headers have the wrong form
 */
export function createPageReader(
  { options, pace, timing }: PageReaderDeps,
  { request, caller, list, fields, known, variables }: PageQuestion,
): PageReader {
  let tallies: readonly CallTally[] = [];
  const mask = createMasker(options.onFault);
  const from = { signal: request.signal, headers: headersOf(request) };
  const begin = (after: string | null): DocumentRun =>
    beginDocument({ ...options, goesOn: true }, known, { ...variables, after }, from, caller);
  let last = begin(variables.after);

  const translate = (error: unknown): GraphQLError => {
    // Its path is of the page's document, which no caller has written.
    const { message, extensions } = mask(error);
    return new GraphQLError(message, { extensions });
  };
  const charge = (added: readonly CallTally[]): void => {
    for (const { source, calls } of added) pace.charge(source, calls);
    tallies = addTallies(tallies, added);
  };
  const run = async (after: string | null): Promise<PageResult> => {
    last = begin(after);
    const { operation, execute } = last;
    try {
      const { data, errors } = await execute();
      request.signal.throwIfAborted();
      const [error] = errors ?? [];
      const answer = data?.[list.field] as ListAnswer | null | undefined;
      if (error || !answer)
        return { kind: 'failure', error: translate(error ?? new Error('The graph gave no list.')) };
      return judge(readPage(answer, fields), after);
    } finally {
      operation.end();
      charge(operation.callBudget.tallies());
    }
  };
  const read = async (after: string | null): Promise<PageResult> => {
    await pace.turn(list.sources, request.signal);
    return run(after);
  };
  return {
    estimate: () => last.estimate(),
    read,
    async readPatiently(after) {
      for (let tries = 0; ; tries += 1) {
        const result = await read(after);
        const waitMs = WAITS_MS[tries];
        if (result.kind === 'page' || waitMs === undefined || !PASSING.has(result.error.extensions['code']))
          return result;
        const { retryAfterMs } = result.error.extensions;
        await timing.wait(
          Math.max(waitMs, typeof retryAfterMs === 'number' ? retryAfterMs : 0),
          request.signal,
        );
      }
    },
    tallies: () => tallies,
    operation: () => last.operation,
  };

  /** A page that can't be gone on from is a failure, and so is one of a timeline that lacks a source for now. */
  function judge(page: ExportPage, after: string | null): PageResult {
    const failed = page.coverage.find(({ status, code }) => status === 'FAILED' && code === 'UPSTREAM');
    if (failed) return { kind: 'failure', error: failureOf(failed.source, failed.reason) };
    if (page.hasNext && page.rows.length === 0 && (page.endCursor === null || page.endCursor === after))
      return {
        kind: 'failure',
        error: failureOf(list.sources[0]!, 'The vendor calls of a page do not reach its first row.'),
      };
    return { kind: 'page', page };
  }
}

function failureOf(source: Source, reason: string | null): GraphQLError {
  const operation = source === 'USAGE' ? '/usage' : '/events';
  const message = reason ?? 'The vendor failed.';
  return maskError(new UpstreamError({ code: 'UPSTREAM_UNAVAILABLE', source, operation, message }));
}
