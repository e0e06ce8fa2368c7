import { graphql } from '../generated/gql.ts';

/** What a row of a call shows. */
export const CALL_ROW = graphql(`
  fragment CallRow on UsageRecord {
    id
    timestamp
    masked
    requestStatus
    requestStatusText
    elementKey
    elementApi
    responseStatus
    processTime
    ipAddress
    userId
    userName
    accountId
    instanceId
    instanceName
    requestMethod
    requestURI
    elementTags
    instanceTags
  }
`);

/** What a row of an event shows. */
export const EVENT_ROW = graphql(`
  fragment EventRow on Event {
    id
    timestamp
    masked
    category
    action
    description
    username
    ipAddress
  }
`);
