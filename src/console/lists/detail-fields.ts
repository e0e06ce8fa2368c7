import { graphql } from '../generated/gql.ts';

/** All that the graph has of a call. */
export const CALL_DETAIL = graphql(`
  fragment CallDetail on UsageRecord {
    id
    timestamp
    masked
    recordId
    ipAddress
    requestStatus
    requestStatusText
    responseStatus
    processTime
    vendorProcessTime
    platformProcessTime
    elementKey
    elementName
    elementApi
    elementTags
    elementResource
    vendorResource
    instanceId
    instanceName
    instanceTags
    provisionName
    accountId
    accountName
    companyId
    companyName
    userId
    userName
    requestId
    requestMethod
    requestURI
    requestIP
    firstSeenAt
  }
`);

/** All that the graph has of an event. */
export const EVENT_DETAIL = graphql(`
  fragment EventDetail on Event {
    id
    timestamp
    masked
    eventId
    category
    action
    description
    username
    ipAddress
    firstSeenAt
  }
`);
