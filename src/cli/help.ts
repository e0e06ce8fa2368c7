import manifest from '../../package.json' with { type: 'json' };

/** What `--version` prints. */
export const VERSION_LINE: string = `${manifest.version}\n`;

/** What `--help` prints. */
export const HELP = `One GraphQL API over the Usage API and the Events API.

  npm start                      serve GraphQL; without credentials, over sandboxes of both vendors
  npm start -- --usage FILE --events FILE
                                 serve your own exports instead of sandboxes (docs/files.md)
  npm start -- [switches]        pass switches to the sandbox: --seed N --now INSTANT …
  npm start -- --trusted-documents FILE
                                 answer only the documents of a manifest
  npm run sandbox -- [switches]  run the sandbox alone; its --help lists its switches
  npm run api-key -- NAME SCOPE…  make an API key, and the line to store for it
  npm run codegen                print the graph to schema/schema.graphql, and generate the types of the examples

  -h, --help                     print this text
  -v, --version                  print the version

The service reads its settings from the environment and from the file .env: see .env.example.
`;
