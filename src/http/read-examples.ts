import { readdir, readFile } from 'node:fs/promises';

const FOLDER = new URL('../../docs/examples/', import.meta.url);

/** The tab that is open first: the README's question. */
const FIRST = 'what-happened-from-an-address.graphql';

/** Where the folder is missing, as in an image that holds `src` alone. */
const FALLBACK = `# Which API calls came last, and how did they end?
query LastCalls {
  usageRecords(first: 20) {
    nodes {
      timestamp
      elementKey
      requestURI
      requestStatus
    }
  }
}
`;

/** The queries of `docs/examples`: the first one, then by file name. */
export async function readExamples(): Promise<readonly string[]> {
  try {
    const names = (await readdir(FOLDER))
      .filter((name) => name.endsWith('.graphql'))
      .toSorted((a, b) => Number(b === FIRST) - Number(a === FIRST) || (a < b ? -1 : 1));
    const texts = await Promise.all(names.map((name) => readFile(new URL(name, FOLDER), 'utf8')));
    return texts.length > 0 ? texts : [FALLBACK];
  } catch {
    return [FALLBACK];
  }
}
