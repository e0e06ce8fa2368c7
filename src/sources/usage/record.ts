export const REQUEST_STATUSES = ['SUCCESS', 'FAILED'] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

/** One call in the Usage API's log, the same for both of the vendor's spellings (`docs/vendors.md#usage-records`). */
export interface UsageRecord {
  readonly source: 'USAGE';
  /** The vendor's id. */
  readonly id: string;
  readonly timestampMs: number;
  /** null: the vendor's page does not name this status, or there is none. */
  readonly requestStatus: RequestStatus | null;
  /** The status as the vendor wrote it. */
  readonly requestStatusText: string | null;
  readonly elementKey: string | null;
  readonly elementName: string | null;
  readonly elementApi: string | null;
  readonly elementTags: readonly string[];
  readonly instanceName: string | null;
  readonly accountId: string | null;
  readonly companyId: string | null;
  readonly userId: string | null;
  /** Milliseconds. */
  readonly processTime: number | null;
  readonly requestURI: string | null;
  /** As the vendor wrote it. */
  readonly requestIP: string | null;
  /** `requestIP` without its port; null: it is not one address. */
  readonly ipAddress: string | null;
  /** The addresses in `requestIP` if it is a list. */
  readonly addresses?: readonly string[];
  readonly instanceTags: readonly string[];
  readonly requestId: string | null;
  readonly requestMethod: string | null;
  readonly responseStatus: number | null;
  readonly instanceId: string | null;
  /** Milliseconds. */
  readonly vendorProcessTime: number | null;
  /** Milliseconds. */
  readonly platformProcessTime: number | null;
}
