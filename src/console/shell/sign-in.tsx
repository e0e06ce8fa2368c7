import { useState } from 'react';
import { hasCredential, setCredential } from '../graph/credentials.ts';

/** Takes a key or a token. It stays in memory until the page is closed or reloaded. */
export function SignIn() {
  const [text, setText] = useState('');
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        setCredential(text.trim());
      }}
    >
      <p>
        This service asks who you are. Your operator gives you an API key, or your identity provider a token.
      </p>
      {hasCredential() && (
        <p className="notice" data-kind="error" role="alert">
          The service does not know this key or token, or it has expired.
        </p>
      )}
      <label className="field">
        <span>API key or token</span>
        <input
          className="input"
          type="password"
          autoComplete="off"
          required
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <p className="muted">It is kept in this page's memory only: a reload forgets it.</p>
      <div>
        <button type="submit" className="button" data-main="">
          Sign in
        </button>
      </div>
    </form>
  );
}
