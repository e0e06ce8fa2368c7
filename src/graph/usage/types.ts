import type { UsageRecord } from '../../sources/usage/record.ts';
import { builder } from '../builder.ts';
import { maskRequestUri, unlessMasked } from '../masking.ts';
import { ActivityInterface, NodeInterface } from '../node.ts';

/** `RequestStatus` in the graph. */
export const RequestStatusType = builder.enumType('RequestStatus', {
  description: 'How a call ended.',
  values: {
    SUCCESS: { description: 'The call was answered.' },
    FAILED: { description: 'The call was not answered, or answered with an error.' },
  } as const,
});

/** `UsageRecord` in the graph; fields keep the vendor's spelling. */
export const UsageRecordType = builder.objectRef<UsageRecord>('UsageRecord').implement({
  description: "One call in the Usage API's log. Fields of its older and newer dialects alike.",
  requires: ['usage:read'],
  interfaces: [NodeInterface, ActivityInterface],
  fields: (t) => ({
    recordId: t.exposeID('id', { description: "The vendor's id." }),
    usageDate: t.expose('timestampMs', {
      type: 'DateTime',
      description: 'When the call was made: `timestamp` under its own name.',
    }),
    requestStatus: t.expose('requestStatus', {
      type: RequestStatusType,
      nullable: true,
      description: "How the call ended; null for a status that the vendor's page does not name.",
    }),
    requestStatusText: t.exposeString('requestStatusText', {
      nullable: true,
      description: 'The status as the vendor said it.',
    }),
    elementKey: t.exposeString('elementKey', {
      nullable: true,
      description: 'The key of the element that was called, such as `githuboauth`.',
    }),
    elementName: t.exposeString('elementName', { nullable: true, description: "The element's name." }),
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
        'The path that was called. A caller without `pii:read` sees no query string, and `*` for each part of the path that holds a mail address.',
      resolve: (record, _args, { viewer }) => maskRequestUri(viewer, record.requestURI),
    }),
    requestIP: t.string({
      nullable: true,
      description:
        'The address of the caller as the vendor said it; it may be several, or none. Needs `pii:read`.',
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
      description: 'The HTTP status of the answer. Since 2016.',
    }),
    instanceId: t.exposeID('instanceId', {
      nullable: true,
      description: "The vendor's id of the element instance. Since 2016.",
    }),
    vendorProcessTime: t.expose('vendorProcessTime', {
      type: 'SafeInt',
      nullable: true,
      description:
        "The part of `processTime` that the element's own vendor took, in milliseconds. Since 2016.",
    }),
    platformProcessTime: t.expose('platformProcessTime', {
      type: 'SafeInt',
      nullable: true,
      description: 'The part of `processTime` that the platform took, in milliseconds. Since 2016.',
    }),
  }),
});
