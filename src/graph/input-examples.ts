/** An example object of each input type. The error for a text, a list or a number in its place shows it. */
export const INPUT_EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['DateTimeRange', '{ last: "P7D" }'],
  ['EventFilter', '{ action: { eq: "user-login-success" } }'],
  ['EventOrder', '{ field: TIMESTAMP, direction: ASC }'],
  ['StringFilter', '{ eq: "user-login-success" }'],
  ['TimelineFilter', '{ usage: { status: FAILED } }'],
  ['UsageRecordFilter', '{ elementKeys: ["sfdc"] }'],
]);
