/** An object of each input type, as a document writes it: the way out for who has sent a text, a list or a number. */
export const INPUT_EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['DateTimeRange', '{ last: "P7D" }'],
  ['EventFilter', '{ action: { eq: "user-login-success" } }'],
  ['EventOrder', '{ field: TIMESTAMP, direction: ASC }'],
  ['StringFilter', '{ eq: "user-login-success" }'],
  ['TimelineFilter', '{ usage: { status: FAILED } }'],
  ['UsageRecordFilter', '{ elementKeys: ["sfdc"] }'],
]);
