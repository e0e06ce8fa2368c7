import { validate, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../../../src/graph/schema.ts';
import { CONDITION } from '../../../src/http/alerts/condition.ts';
import { checkQuestion } from '../../../src/http/alerts/question.ts';
import { hashDocument } from '../../../src/http/trusted-documents.ts';
import { readExample } from '../../support/alert-examples.ts';

const [example] = readExample().alerts;
const PATH = { path: 'events.totalCount.value', gt: 1 };
const COUNT = 'totalCount { value accuracy }';
const RANGE = 'range: { from: $from, to: $to }';
const COVERAGE = 'coverage { status }';
const asks = (body: string, variables = '$from: DateTime!, $to: DateTime!'): string =>
  `query Q(${variables}) { ${body} }`;
const GOOD = asks(`events(${RANGE}) { ${COUNT} ${COVERAGE} }`);

function check(
  operation: string,
  condition: unknown = PATH,
  variables: Readonly<Record<string, unknown>> = {},
) {
  const trusted = new Map([GOOD].map((text) => [hashDocument(text), text]));
  return checkQuestion(
    schema,
    { ...example!, operation, variables, condition: CONDITION.parse(condition) },
    trusted,
  );
}

describe('the operation of an alert', () => {
  test('may be a document, or the name of a trusted one', () => {
    expect([check(GOOD).kind, check('Q').kind, check('Other').kind]).toEqual([
      'question',
      'question',
      'faults',
    ]);
  });

  test.each([
    ['a syntax error', '{ events {', PATH, {}, /syntax error/],
    ['an unknown field', asks(`event { a }`), PATH, {}, /Cannot query field "event"/],
    ['two operations', `${GOOD} query R { service { version } }`, PATH, {}, /must be one query/],
    [
      'no variable $to',
      asks(`events(range: { from: $from }) { ${COUNT} ${COVERAGE} }`, '$from: DateTime!'),
      PATH,
      {},
      /\$to: DateTime!/,
    ],
    ['a range of its own', GOOD, PATH, { from: '2026-01-01T00:00:00Z' }, /must not set 'from'/],
    ['an unknown variable', GOOD, PATH, { address: 'x' }, /has 'address', which/],
    [
      'no coverage',
      asks(`events(${RANGE}) { ${COUNT} }`),
      PATH,
      {},
      /select coverage \{ status \} in 'events'/,
    ],
    [
      'coverage without its status',
      asks(`events(${RANGE}) { ${COUNT} coverage { from } }`),
      PATH,
      {},
      /in 'events'/,
    ],
    [
      'coverage under another name',
      asks(`events(${RANGE}) { ${COUNT} c: ${COVERAGE} }`),
      PATH,
      {},
      /in 'events'/,
    ],
    [
      'coverage that may be skipped',
      asks(`events(${RANGE}) { ${COUNT} coverage @skip(if: true) { status } }`),
      PATH,
      {},
      /@skip/,
    ],
    [
      'a count without its accuracy',
      asks(`events(${RANGE}) { totalCount { value } ${COVERAGE} }`),
      PATH,
      {},
      /accuracy in 'totalCount'/,
    ],
    [
      'a field that has no coverage',
      asks(`events(${RANGE}) { ${COUNT} ${COVERAGE} } service { version }`),
      PATH,
      {},
      /'service', because/,
    ],
    [
      'a path to nothing',
      GOOD,
      { path: 'events.edges.count', gt: 1 },
      {},
      /'edges', which the operation does not select/,
    ],
    ['a path to a text', GOOD, { path: 'events.totalCount.accuracy', gt: 1 }, {}, /must lead to a number/],
    [
      'a path through a list without []',
      GOOD,
      { path: 'events.coverage.status', gt: 1 },
      {},
      /must have '\[\]' after 'coverage'/,
    ],
    [
      'a path with [] after an object',
      GOOD,
      { path: 'events.totalCount[].value', any: { gt: 1 } },
      {},
      /must not have '\[\]' after/,
    ],
  ])('with %s is refused', (_name, operation, condition, variables, fault) => {
    const checked = check(operation, condition, variables);
    expect(checked).toMatchObject({
      kind: 'faults',
      faults: expect.arrayContaining([expect.stringMatching(fault)]),
    });
  });

  test('with a wrong value of a variable is refused by its name, without the value', () => {
    const operation = asks(
      `events(${RANGE}, first: $n) { ${COUNT} ${COVERAGE} }`,
      '$from: DateTime!, $to: DateTime!, $n: Int',
    );
    const checked = check(operation, PATH, { n: 'PRIVATE' });
    expect(checked).toEqual({ kind: 'faults', faults: ['variables: "$n" has a wrong value.'] });
  });

  test('finds what it needs in fragments and under aliases', () => {
    const operation = `${asks(`e: events(${RANGE}) { ...F }`)} fragment F on EventConnection { t: ${COUNT} ${COVERAGE} nodes { id } }`;
    expect(check(operation, { path: 'e.t.value', gt: 1 }).kind).toBe('question');
    expect(check(operation, { path: 'e.nodes[]', count: { gt: 1 } }).kind).toBe('question');
  });

  test('is linked as a document that needs no variables', () => {
    const operation = asks(
      `events(${RANGE}, filter: $f) { ${COUNT} ${COVERAGE} }`,
      '$from: DateTime!, $to: DateTime!, $f: EventFilter',
    );
    const checked = check(operation, PATH, { f: { action: { in: ['a', 'b'] } } });
    if (checked.kind !== 'question') throw new Error(checked.faults.join());
    const text = checked.question.textOf({ fromMs: 0, toMs: 60_000 });
    expect(text).toContain('$from: DateTime! = "1970-01-01T00:00:00.000Z"');
    expect(text).toContain('{ action: { in: ["a", "b"] } }');
    expect(validate(schema, parse(text))).toEqual([]);
  });
});
