import type { App } from '../../src/app.ts';

/** One frame of an event stream. */
export interface Frame {
  readonly event: string | null;
  readonly id: string | null;
  /** null: a comment, or a field of the stream alone. */
  readonly data: string | null;
  readonly text: string;
}

/** What `activity` answers in one frame. */
export interface ActivityFrame {
  readonly edges: readonly { readonly cursor: string; readonly node: Readonly<Record<string, unknown>> }[];
  readonly cursor: string;
  readonly coverage: readonly Readonly<Record<string, unknown>>[];
}

export interface OpenStream {
  readonly response: Response;
  readonly frames: Frame[];
  /** The updates of the frames that hold one. */
  updates(): readonly ActivityFrame[];
  ids(): readonly (string | null)[];
  hasEnded(): boolean;
  /** The text of the whole stream up to now. */
  text(): string;
  leave(): void;
}

export const ACTIVITY = `
  subscription Follow($filter: TimelineFilter, $since: DateTime, $resumeFrom: String) {
    activity(filter: $filter, since: $since, resumeFrom: $resumeFrom) {
      edges { cursor node { id timestamp source ipAddress masked ... on Event { username } } }
      cursor
      coverage { source status code reason from to }
    }
  }`;

/** Opens a stream of a service without a port, and reads it. */
export async function follow(
  app: Pick<App, 'fetch'>,
  variables: Readonly<Record<string, unknown>> = {},
  headers: Readonly<Record<string, string>> = {},
  body: Readonly<Record<string, unknown>> = { query: ACTIVITY },
): Promise<OpenStream> {
  const controller = new AbortController();
  const response = await app.fetch('http://127.0.0.1/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ ...body, variables }),
    signal: controller.signal,
  });
  return readStream(response, controller);
}

/** Reads a stream from now on. @param controller leaves it */
export function readStream(response: Response, controller = new AbortController()): OpenStream {
  const frames: Frame[] = [];
  let text = '';
  let ended = false;
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk, { stream: true });
        for (const part of text.split('\n\n').slice(frames.length, -1)) frames.push(parseFrame(part));
      }
    } catch (error) {
      if (!controller.signal.aborted) throw error;
    }
    ended = true;
  };
  void read();
  const data = (): readonly Frame[] => frames.filter(({ event }) => event === 'next');
  return {
    response,
    frames,
    updates: () => data().map((frame) => JSON.parse(frame.data ?? '').data.activity as ActivityFrame),
    ids: () => data().map(({ id }) => id),
    hasEnded: () => ended,
    text: () => text,
    leave: () => controller.abort(),
  };
}

function parseFrame(text: string): Frame {
  const fields = new Map(
    text
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return {
    event: fields.get('event') ?? null,
    id: fields.get('id') ?? null,
    data: fields.get('data') ?? null,
    text,
  };
}
