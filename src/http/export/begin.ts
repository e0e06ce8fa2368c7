import type { GraphQLSchema } from 'graphql';
import type { Source } from '../../base/source.ts';
import { MASKED_FIELDS, maskedFields } from '../../graph/masking.ts';
import type { AuditTrail } from '../audit-trail.ts';
import type { HttpAnswer, HttpRequest } from '../http-message.ts';
import { mayIntrospect } from '../plugins/introspection.ts';
import type { RequestContext } from '../plugins/operation.ts';
import { boundVariables, checkVariables } from '../plugins/variables.ts';
import { noteDocument } from '../run-document.ts';
import type { YogaOptions } from '../yoga.ts';
import type { Admission } from './admission.ts';
import { chooseEncoding, compress } from './compression.ts';
import { CSV } from './csv.ts';
import { checkPageVariables, createExportDocuments } from './document.ts';
import { listFields, readFields } from './fields.ts';
import type { ExportField } from './fields.ts';
import { EXPORT_LISTS, RECEIPTS_PATH } from './lists.ts';
import type { ExportFormat, ExportList } from './lists.ts';
import { NDJSON } from './ndjson.ts';
import { createPace } from './pace.ts';
import type { Timing } from './pace.ts';
import { createPageReader } from './page-reader.ts';
import { takeFirstPoints } from './points.ts';
import type { ReceiptOf } from './receipt-of.ts';
import type { Receipts } from './receipts.ts';
import type { ExportRequest } from './request.ts';
import { startRun } from './run.ts';
import type { RowWriter } from './run.ts';

/** How exports are bounded. */
export interface ExportLimits {
  /** The most calls to each vendor that all exports together make in a minute. */
  readonly callsPerMinute: number;
  readonly admission: Admission;
  /** Sources that are a sandbox or files, so that no vendor has to be spared. Left out: none. */
  readonly unpaced?: ReadonlySet<Source>;
}

export interface BeginDeps {
  readonly options: YogaOptions;
  readonly limits: ExportLimits;
  readonly timing: Timing;
  readonly trail: Pick<AuditTrail, 'write'>;
  readonly receipts: Receipts;
  /** Whom a receipt belongs to. @param scope the scope of the caller's own vendor credentials; null: they are the service's */
  readonly ownerOf: (asked: RequestContext, scope: string | null) => string;
}

/**
 * Begins an export: its first page is read before the answer, so that a refusal has a status of its own.
 * @throws RequestError, GraphQLError for arguments that do not fit, and for the refusal of the first page
 */
export type BeginExport = (
  request: HttpRequest,
  asked: RequestContext,
  wanted: ExportRequest,
) => Promise<HttpAnswer>;

/** The library of Parquet is loaded when it is first asked for. */
const WRITERS: Readonly<Record<ExportFormat, () => RowWriter | Promise<RowWriter>>> = {
  ndjson: () => NDJSON,
  csv: () => CSV,
  parquet: async () => (await import('./parquet.ts')).PARQUET,
};

export function createExportStarter(deps: BeginDeps): BeginExport {
  const { options, limits, timing, trail, receipts, ownerOf } = deps;
  const { schema, costLimits, answeredScope } = options;
  const { admission } = limits;
  const pace = createPace(limits.callsPerMinute, timing, limits.unpaced);
  const fieldsOf = listAllFields(schema);
  const documentOf = createExportDocuments(schema);

  return async (request, asked, { list, format, range, filter, after, fields: names }) => {
    const { notes } = asked;
    const fields = readFields(names, fieldsOf.get(list)!);
    const variables = { range, filter, after, first: costLimits.maxPageSize };
    const refusal = checkVariables(variables, boundVariables(costLimits.maxPageSize, schema));
    if (refusal) throw refusal;
    const known = documentOf(list, fields);
    checkPageVariables(schema, known, variables, !mayIntrospect(asked.caller));
    noteDocument(notes, known);
    const reader = createPageReader(
      { options, pace, timing },
      { request, caller: asked.caller, list, fields, known, variables },
    );
    const writer = await WRITERS[format]();
    const release = admission.enter();
    let isBegun = false;
    try {
      const settle = await takeFirstPoints(options, asked, reader);
      const first = await reader.read(after);
      notes.tallies = reader.tallies();
      settle();
      if (first.kind === 'failure') throw first.error;
      const of: ReceiptOf = {
        list: list.name,
        format,
        range: { from: first.page.from, to: first.page.to },
        filter: filter ?? {},
        fields: fields.map(({ name }) => name),
        order: 'newest first',
        masked: maskedFields(asked.caller, MASKED_FIELDS).length > 0,
        after,
      };
      const facts = { list: list.name, format, isResumed: after !== null };
      notes.export = { ...facts, state: 'begun', sha256: null, isComplete: null };
      let isProven = false;
      const run = startRun({
        writer,
        fields,
        sources: list.sources,
        of,
        isResumed: after !== null,
        first: first.page,
        readNext: reader.readPatiently,
        async onEnd(state) {
          release();
          notes.tallies = reader.tallies();
          const { rows, sha256, complete } = run.receipt();
          const failure = run.failure();
          notes.rows = rows;
          notes.errors = failure === null ? [] : [failure];
          notes.export = { ...facts, state, sha256, isComplete: complete };
          const isWritten = await trail.write(notes, state === 'ended' ? 200 : null);
          isProven = state === 'ended' && isWritten;
          receipt.settle();
          if (!isWritten) throw new Error("The audit trail can't be written, so an export has no receipt.");
        },
      });
      const receipt = receipts.open(
        () => ownerOf(asked, answeredScope(reader.operation())),
        () =>
          isProven
            ? { export: run.receipt() }
            : { export: { ...run.receipt(), complete: false }, bytes: run.bytes() },
      );
      const encoding = chooseEncoding(request.headers['accept-encoding']);
      isBegun = true;
      return {
        status: 200,
        headers: {
          'content-type': writer.type,
          'content-disposition': `attachment; filename="${list.name}.${format}"`,
          'export-receipt': `${RECEIPTS_PATH}${receipt.id}`,
          ...(encoding && { 'content-encoding': encoding }),
        },
        stream: encoding ? compress(run.stream, encoding) : run.stream,
      };
    } finally {
      if (!isBegun) release();
    }
  };
}

function listAllFields(schema: GraphQLSchema): ReadonlyMap<ExportList, readonly ExportField[]> {
  return new Map(EXPORT_LISTS.map((list) => [list, listFields(schema, list)]));
}
