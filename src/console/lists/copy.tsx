import { useState } from 'react';
import { hasCredential } from '../graph/credentials.ts';
import { writeCurl, writeJson } from './request.ts';

/** Copies an entry or the request for it. A browser that refuses shows the text instead. */
export function CopyButtons({
  document: query,
  variables,
  data,
}: {
  readonly document: string;
  readonly variables: object;
  readonly data: object;
}) {
  const [done, setDone] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const copy = (name: string, text: string): void => {
    navigator.clipboard.writeText(text).then(
      () => {
        setDone(name);
        setRefused(null);
      },
      () => setRefused(text),
    );
  };
  return (
    <>
      <button type="button" className="button" onClick={() => copy('link', location.href)}>
        Copy link
      </button>
      <button type="button" className="button" onClick={() => copy('JSON', writeJson(data))}>
        Copy JSON
      </button>
      <button
        type="button"
        className="button"
        onClick={() =>
          copy('cURL', writeCurl(`${location.origin}/graphql`, query, variables, hasCredential()))
        }
      >
        Copy cURL
      </button>
      <span role="status" className="muted">
        {done === null ? '' : `Copied as ${done}.`}
      </span>
      {refused !== null && (
        <label className="field copy-text">
          <span>The browser does not let this page copy. Copy it from here:</span>
          <textarea className="input" readOnly rows={6} value={refused} />
        </label>
      )}
    </>
  );
}
