import { buildSchema, parse } from 'graphql';
import { createYoga } from 'graphql-yoga';
import type { Plugin } from 'graphql-yoga';
import { describe, expect, test } from 'vitest';
import {
  createValidDocuments,
  NO_FAULTS,
  useValidDocuments,
} from '../../../src/http/plugins/valid-documents.ts';

function startYoga() {
  const parsed: string[] = [];
  const documents = createValidDocuments();
  let validations = 0;
  const notes: Plugin = {
    onValidate({ setValidationFn, validateFn }) {
      setValidationFn((...args) => {
        validations += 1;
        return validateFn(...args);
      });
    },
    onParse({ setParseFn, parseFn }) {
      setParseFn((source, options) => {
        parsed.push(String(source));
        return parseFn(source, options);
      });
    },
  };
  const yoga = createYoga({
    schema: buildSchema('type Query { one: Int }'),
    logging: false,
    parserAndValidationCache: { documentCache: documents, errorCache: NO_FAULTS, validationCache: false },
    plugins: [useValidDocuments(documents), notes],
  });
  const ask = async (query: string): Promise<string> => {
    const response = await yoga.fetch('http://localhost/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return response.text();
  };
  return { ask, parsed, countValidations: () => validations };
}

describe('documents that are kept', () => {
  test('a valid document is parsed and validated once', async () => {
    const { ask, parsed, countValidations } = startYoga();
    const first = await ask('{ one }');
    expect(await ask('{ one }')).toBe(first);
    expect(first).toBe('{"data":{"one":null}}');
    expect(parsed).toEqual(['{ one }']);
    expect(countValidations()).toBe(1);
  });

  test('a document with a fault is not kept, and gets the same answer again', async () => {
    const { ask, parsed, countValidations } = startYoga();
    for (const query of ['{ two }', '{ one']) {
      const first = await ask(query);
      expect(first).toContain('"errors"');
      expect(await ask(query)).toBe(first);
    }
    expect(parsed).toEqual(['{ two }', '{ two }', '{ one', '{ one']);
    expect(countValidations()).toBe(2);
  });

  test('the texts of all kept documents have a bound of letters, and the one that was asked for least lately goes', () => {
    const documents = createValidDocuments(20);
    for (const text of ['{ first }', '{ second }', '{ third }']) {
      const document = parse(text);
      documents.set(text, document);
      expect(documents.get(text)).toBeUndefined();
      documents.keep(document);
      expect(documents.get(text)).toBe(document);
    }
    expect(documents.get('{ first }')).toBeUndefined();
  });
});
