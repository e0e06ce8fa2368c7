import type { Plugin } from 'graphql-yoga';
import type { GraphqlEngine } from './graphql-engine.ts';

/** Puts an engine of our own in the place of Yoga's, whose executor would suggest names to everybody. */
export function useEngine({ parse, validate, execute, subscribe }: GraphqlEngine): Plugin {
  return {
    onParse: ({ setParseFn }) => setParseFn(parse),
    onValidate: ({ setValidationFn }) => setValidationFn(validate),
    onExecute: ({ setExecuteFn }) => setExecuteFn(execute),
    onSubscribe: ({ setSubscribeFn }) => setSubscribeFn(subscribe),
  };
}
