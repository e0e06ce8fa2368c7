/** Values of JSON that most types of the schema refuse. */
export function drawWrongValue(random: () => number): unknown {
  const text = TEXTS[Math.floor(random() * TEXTS.length)] ?? 'null';
  return JSON.parse(text) as unknown;
}

const TEXTS: readonly string[] = [
  '"x"',
  '""',
  '7',
  '-1',
  '1.5',
  '1e21',
  '9007199254740993',
  'true',
  '[]',
  '[null]',
  '[[1]]',
  '{}',
  '{ "nonsense": 1 }',
  '{ "__proto__": { "eq": "x" } }',
  '{ "eq": null }',
  '"2026-02-31T00:00:00Z"',
  '"\\u0000"',
  '"\\ud800"',
  `"${'long '.repeat(300)}"`,
  `${'['.repeat(25)}${']'.repeat(25)}`,
  `{ ${Array.from({ length: 101 }, (_, n) => `"k${n}": 1`).join(', ')} }`,
];
