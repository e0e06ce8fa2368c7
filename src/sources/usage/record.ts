export const REQUEST_STATUSES = ['SUCCESS', 'FAILED'] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

/** One call in the Usage API's log, whichever of the vendor's two dialects it came in. */
export interface UsageRecord {
  readonly source: 'USAGE';
  /** The vendor's id. */
  readonly id: string;
  readonly timestampMs: number;
  /** null for a status that the vendor's page does not name. */
  readonly requestStatus: RequestStatus | null;
  /** The status as the vendor said it. */
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
  /** As the vendor said it. */
  readonly requestIP: string | null;
  /** `requestIP` where it is one address, without its port; else null. */
  readonly ipAddress: string | null;
  /** Those that `requestIP` names, where it is a list. */
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
