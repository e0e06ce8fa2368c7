import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hashDocument, readTrustedDocuments } from '../../src/http/trusted-documents.ts';

describe('a manifest of trusted documents', () => {
  test('names each text by its SHA-256', () => {
    const text = '{ __typename }';
    const reading = readTrustedDocuments(JSON.stringify({ [hashDocument(text)]: text }));
    expect(reading).toEqual({ kind: 'documents', documents: new Map([[hashDocument(text), text]]) });
    expect(hashDocument('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  test('is what codegen writes for the examples and the client, without operations of tests', () => {
    const path = new URL('../../docs/client/generated/persisted-documents.json', import.meta.url);
    const reading = readTrustedDocuments(readFileSync(path, 'utf8'));
    if (reading.kind !== 'documents') throw new Error(reading.fault);
    const names = [...reading.documents.values()].map((text) => /query (\w+)[ ({]/.exec(text)?.[1]);
    const folders = ['../../docs/examples/', '../../docs/client/'].map(
      (folder) => new URL(folder, import.meta.url),
    );
    const sources = folders
      .flatMap((folder) => readdirSync(folder).map((name) => new URL(name, folder)))
      .filter(({ pathname }) => /\.(?:graphql|ts)$/.test(pathname))
      .flatMap((file) =>
        [...readFileSync(file, 'utf8').matchAll(/^ *query (\w+)[ ({]/gm)].map(([, name]) => name),
      );
    expect(names.toSorted()).toEqual(sources.toSorted());
  });

  test.each(['', '[]', '{}', 'null', '{"abc":"{ a }"}', `{"${'0'.repeat(64)}":1}`, '{"__proto__":"x"}'])(
    'that is invalid is a fault: %s',
    (text) => {
      expect(readTrustedDocuments(text).kind).toBe('fault');
    },
  );
});
