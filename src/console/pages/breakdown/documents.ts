import { graphql } from '../../generated/gql.ts';

/** The groups that were asked for, and all rows by status, which shares their scan. */
export const CALL_BREAKDOWN = graphql(`
  query CallBreakdown(
    $by: [UsageDimension!]!
    $range: DateTimeRange!
    $filter: UsageRecordFilter
    $interval: Interval!
    $timeZone: TimeZone!
    $top: Int!
  ) {
    total: usageBreakdown(
      by: [STATUS]
      range: $range
      filter: $filter
      interval: $interval
      timeZone: $timeZone
      top: 20
    ) {
      groups {
        buckets {
          timestamp
          end
          count
          statuses {
            id
            failed
          }
        }
      }
      other {
        buckets {
          timestamp
          end
          count
          statuses {
            id
            failed
          }
        }
      }
    }
    usageBreakdown(
      by: $by
      range: $range
      filter: $filter
      interval: $interval
      timeZone: $timeZone
      top: $top
    ) {
      groups {
        ...CallGroup
      }
      other {
        ...CallGroup
      }
      coverage {
        ...CoverageFields
      }
    }
  }
`);

export const CALL_GROUP = graphql(`
  fragment CallGroup on UsageGroup {
    key {
      dimension
      value
    }
    count
    statuses {
      id
      failed
    }
    processTime {
      p95
    }
    buckets {
      timestamp
      end
      count
      statuses {
        id
        failed
      }
      processTime {
        p95
      }
    }
  }
`);

/**
 * The groups of events. All rows take a scan of their own, because events are read with the fields of a dimension: asked only if the groups
 * don't add up to all rows.
 */
export const EVENT_BREAKDOWN = graphql(`
  query EventGroups(
    $by: [EventDimension!]!
    $range: DateTimeRange!
    $filter: EventFilter
    $interval: Interval!
    $timeZone: TimeZone!
    $top: Int!
    $withTotal: Boolean!
  ) {
    total: eventBreakdown(
      by: [CATEGORY]
      range: $range
      filter: $filter
      interval: $interval
      timeZone: $timeZone
      top: 20
    ) @include(if: $withTotal) {
      groups {
        buckets {
          timestamp
          end
          count
        }
      }
      other {
        buckets {
          timestamp
          end
          count
        }
      }
    }
    eventBreakdown(
      by: $by
      range: $range
      filter: $filter
      interval: $interval
      timeZone: $timeZone
      top: $top
    ) {
      groups {
        ...EventGroupFields
      }
      other {
        ...EventGroupFields
      }
      coverage {
        ...CoverageFields
      }
    }
  }
`);

export const EVENT_GROUP = graphql(`
  fragment EventGroupFields on EventGroup {
    key {
      dimension
      value
    }
    count
    buckets {
      timestamp
      end
      count
    }
  }
`);
