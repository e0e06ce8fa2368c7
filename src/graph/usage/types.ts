import type { UsageRecord } from '../../sources/usage/record.ts';
import { builder } from '../builder.ts';
import { maskRequestUri, unlessMasked } from '../masking.ts';
import { ActivityInterface, NodeInterface } from '../node.ts';

export const RequestStatusType = builder.enumType('RequestStatus', {
  description: 'How a call ended.',
  values: {
    SUCCESS: { description: 'The call succeeded.' },
    FAILED: { description: 'The call got an error or no answer.' },
  } as const,
});

/** `UsageRecord` in the graph. Field names keep the vendor's spelling. */
export const UsageRecordType = builder.objectRef<UsageRecord>('UsageRecord').implement({
  description:
    "One API call in the Usage API's log. Its fields come from both the older and the newer format of the log; 'since 2016' marks those that only the newer format has.",
  requires: ['usage:read'],
  interfaces: [NodeInterface, ActivityInterface],
  fields: (t) => ({
    recordId: t.exposeID('id', { description: "The vendor's id." }),
    usageDate: t.expose('timestampMs', {
      type: 'DateTime',
      description: "When the call was made. The same as `timestamp`, under the vendor's name.",
    }),
    requestStatus: t.expose('requestStatus', {
      type: RequestStatusType,
      nullable: true,
      description:
        'How the call ended. Null for a status that the vendor does not document: see `requestStatusText`.',
    }),
    requestStatusText: t.exposeString('requestStatusText', {
      nullable: true,
      description: 'The status in the words of the vendor.',
    }),
    elementKey: t.exposeString('elementKey', {
      nullable: true,
      description: 'The key of the element that was called, such as `githuboauth`.',
    }),
    elementName: t.exposeString('elementName', { nullable: true, description: 'The name of the element.' }),
    elementApi: t.exposeString('elementApi', {
      nullable: true,
      description: 'The operation of the element that was called.',
    }),
    elementTags: t.exposeStringList('elementTags', { description: 'The tags of the element.' }),
    instanceName: t.exposeString('instanceName', {
      nullable: true,
      description: 'The name of the element instance that was called.',
    }),
    accountId: t.exposeID('accountId', { nullable: true, description: "The vendor's id of the account." }),
    companyId: t.exposeID('companyId', { nullable: true, description: "The vendor's id of the company." }),
    userId: t.exposeID('userId', { nullable: true, description: "The vendor's id of the user." }),
    processTime: t.expose('processTime', {
      type: 'SafeInt',
      nullable: true,
      description: 'How long the call took, in milliseconds.',
    }),
    requestURI: t.string({
      nullable: true,
      description:
        'The URI that was called. For a caller without `pii:read`, it has no query string, and `*` replaces each part of the path that may be personal, such as a mail address, a network address, a phone number or a token. Names, versions and numbers of up to six digits remain.',
      resolve: (record, _args, { viewer }) => maskRequestUri(viewer, record.requestURI),
    }),
    requestIP: t.string({
      nullable: true,
      description:
        'The address from which the API call came, as the vendor writes it. It may be a list of addresses. Needs `pii:read`.',
      resolve: (record, _args, { viewer }) => unlessMasked(viewer, 'IP_ADDRESS', record.requestIP),
    }),
    instanceTags: t.exposeStringList('instanceTags', {
      description: 'The tags of the element instance. Since 2016.',
    }),
    requestId: t.exposeID('requestId', {
      nullable: true,
      description: "The vendor's id of the request. Since 2016.",
    }),
    requestMethod: t.exposeString('requestMethod', {
      nullable: true,
      description: 'The HTTP method. Since 2016.',
    }),
    responseStatus: t.exposeInt('responseStatus', {
      nullable: true,
      description: 'The HTTP status of the response. Since 2016.',
    }),
    instanceId: t.exposeID('instanceId', {
      nullable: true,
      description: "The vendor's id of the element instance. Since 2016.",
    }),
    vendorProcessTime: t.expose('vendorProcessTime', {
      type: 'SafeInt',
      nullable: true,
      description: 'The part of `processTime` that the called API took, in milliseconds. Since 2016.',
    }),
    platformProcessTime: t.expose('platformProcessTime', {
      type: 'SafeInt',
      nullable: true,
      description: 'The part of `processTime` that the platform took, in milliseconds. Since 2016.',
    }),
    userName: t.string({
      nullable: true,
      description: 'The name of the user. Since 2016. Needs `pii:read`.',
      resolve: (record, _args, { viewer }) => unlessMasked(viewer, 'USERNAME', record.userName),
    }),
    accountName: t.exposeString('accountName', {
      nullable: true,
      description: 'The name of the account. Since 2016.',
    }),
    companyName: t.exposeString('companyName', {
      nullable: true,
      description: 'The name of the company. Since 2016.',
    }),
    provisionName: t.exposeString('provisionName', {
      nullable: true,
      description: 'The name under which the element instance was provisioned. Since 2016.',
    }),
    vendorResource: t.string({
      nullable: true,
      description:
        'The resource of the called API, such as `/crm/v3/objects/contacts`. Since 2016. Shortened like `requestURI` for a caller without `pii:read`.',
      resolve: (record, _args, { viewer }) => maskRequestUri(viewer, record.vendorResource),
    }),
    elementResource: t.string({
      nullable: true,
      description:
        'The resource of the element, such as `/contacts`. Since 2016. Shortened like `requestURI` for a caller without `pii:read`.',
      resolve: (record, _args, { viewer }) => maskRequestUri(viewer, record.elementResource),
    }),
    firstSeenAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the archive first saw this record. Null if there is no archive, or if it has not seen the record.',
      resolve: ({ firstSeenMs }) => firstSeenMs ?? null,
    }),
  }),
});
