import { afterAll, describe, expect, test } from 'vitest';
import { askApp, createTestApp } from '../support/running-app.ts';

const app = createTestApp({ EVENTS_API_TOKEN: 'canary' });
afterAll(() => app.close());

/** The error for a wrong value of an argument, once in the document and once as a variable. */
async function readFaults(field: string, argument: string, type: string, value: string) {
  const inDocument = await askApp(app, `{ ${field}(${argument}: ${value}) { __typename } }`);
  const inVariable = await askApp(
    app,
    `query ($value: ${type}) { ${field}(${argument}: $value) { __typename } }`,
    { value: JSON.parse(value.replaceAll(/(\w+):/g, '"$1":')) as unknown },
  );
  return [inDocument, inVariable].map(({ errors = [] }) => {
    expect(errors).toHaveLength(1);
    return errors[0]!;
  });
}

describe('the error for a text instead of an object shows the object', () => {
  test.each([
    ['events', 'filter', 'EventFilter', '{ action: "x" }', 'action', '{ eq: "user-login-success" }'],
    ['events', 'range', 'DateTimeRange', '"P1D"', '', '{ last: "P7D" }'],
    ['events', 'orderBy', '[EventOrder!]', '"TIMESTAMP"', '', '{ field: TIMESTAMP, direction: ASC }'],
    ['usageRecords', 'filter', 'UsageRecordFilter', '"sfdc"', '', '{ elementKeys: ["sfdc"] }'],
  ])('in %s(%s:) of %s', async (field, argument, type, value, path, example) => {
    const faults = await readFaults(field, argument, type, value);
    for (const { message, extensions } of faults) {
      expect(message).toMatch(/to be an object, found: "\w+"\. Write an object, such as /);
      expect(message).toContain(example);
      expect(extensions['code']).toBe('BAD_USER_INPUT');
      expect(extensions['argument']).toMatch(new RegExp(path));
    }
  });
});
