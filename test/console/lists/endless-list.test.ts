import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEndlessList } from '../../../src/console/lists/endless-list.ts';
import type { PageOutcome } from '../../../src/console/lists/endless-list.ts';

interface Row {
  readonly id: string;
}

type Take = (outcome: PageOutcome<Row, string>) => void;

/** A list of `count` rows behind cursors. Answers come when `answer` is called. */
function createWorld(count: number, { pageSize = 10, scanned = 0 } = {}) {
  const asked: { after: string | null; first: number; take: Take; isCancelled: boolean }[] = [];
  let answered = 0;
  const list = createEndlessList<Row, Row, string>({
    read({ after, first }, take) {
      const question = { after, first, take, isCancelled: false };
      asked.push(question);
      return () => {
        question.isCancelled = true;
      };
    },
    pageSize,
    idOf: ({ id }) => id,
    toLines: (rows) => rows,
  });
  const stop = list.start();
  const page = (after: string | null, first: number): PageOutcome<Row, string> => {
    const from = after === null ? 0 : Number(after);
    const size = scanned > 0 && from % 2 === 1 ? 0 : first;
    const rows = Array.from({ length: Math.max(0, Math.min(size, count - from)) }, (_, at) => ({
      id: `${from + at}`,
    }));
    const end = from + Math.max(rows.length, scanned > 0 ? 1 : 0);
    return {
      kind: 'page',
      page: { rows, endCursor: String(end), hasNextPage: end < count, coverage: [] },
    };
  };
  /** Answers all that was asked and not cancelled. */
  const answer = (): void => {
    while (answered < asked.length) {
      const question = asked[answered];
      answered += 1;
      if (question && !question.isCancelled) question.take(page(question.after, question.first));
    }
  };
  return { list, asked, answer, stop, skip: () => (answered = asked.length) };
}

describe('an endless list', () => {
  test('each row comes once, in order, however the reader scrolls', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.array(fc.nat({ max: 320 }), { maxLength: 60 }),
        (count, places) => {
          const { list, answer } = createWorld(count);
          answer();
          for (const place of places) {
            list.show(Math.min(place, list.state().lineCount), Math.min(place + 9, list.state().lineCount));
            answer();
          }
          for (let at = 0; at < list.state().lineCount; at += 10) {
            list.show(at, at + 9);
            answer();
            for (let row = at; row < Math.min(at + 10, list.state().lineCount); row += 1)
              expect(list.line(row)).toEqual({ id: String(row) });
          }
          expect(list.state()).toMatchObject({
            status: 'ended',
            rowCount: count,
            lineCount: count,
            hasChanged: false,
          });
        },
      ),
    );
  });

  test('pages far away are dropped, and read again by their cursor with as many rows', () => {
    const { list, asked, answer } = createWorld(1_000);
    answer();
    for (let at = 0; at < 990; at += 10) {
      list.show(at, at + 9);
      answer();
      expect([...list.lines()].length).toBeLessThanOrEqual(90);
    }
    expect(list.line(5)).toBeNull();
    asked.length = 0;
    const before = list.state().lineCount;
    list.show(30, 39);
    expect(asked.map(({ after, first }) => [after, first])).toEqual([
      ['20', 10],
      ['30', 10],
      ['40', 10],
    ]);
    expect(list.state().lineCount).toBe(before);
  });

  test('empty pages of a scan are passed, and the reading goes on by itself', () => {
    const { list, answer } = createWorld(3, { scanned: 1 });
    answer();
    expect(list.state().status).toBe('ended');
    expect([...list.lines()].map(([, { id }]) => id)).toEqual(['0', '1', '2']);
  });

  test('a cancelled reading stops, and goes on where it was', () => {
    const { list, asked, answer, skip } = createWorld(30);
    answer();
    list.show(0, 9);
    expect(list.state().status).toBe('reading');
    list.stop();
    expect(asked.at(-1)?.isCancelled).toBe(true);
    expect(list.state()).toMatchObject({ status: 'stopped', rowCount: 10 });
    skip();
    list.goOn();
    answer();
    expect(list.line(10)).toEqual({ id: '10' });
  });

  test('a failure keeps the rows, and is tried again only when the reader asks', () => {
    const { list, asked, answer, skip } = createWorld(30);
    answer();
    list.show(0, 9);
    asked.at(-1)?.take({ kind: 'failed', failure: 'down' });
    skip();
    list.show(0, 9);
    expect(list.state()).toMatchObject({ status: 'failed', failure: 'down', rowCount: 10 });
    expect(asked.length).toBe(2);
    list.goOn();
    answer();
    expect(list.line(10)).toEqual({ id: '10' });
  });

  test('a page with other rows than before is said', () => {
    const { list, asked, answer } = createWorld(200);
    answer();
    for (let at = 0; at < 150; at += 10) {
      list.show(at, at + 9);
      answer();
    }
    list.show(0, 9);
    asked.at(-1)?.take({
      kind: 'page',
      page: { rows: [{ id: 'other' }], endCursor: null, hasNextPage: false, coverage: [] },
    });
    expect(list.state().hasChanged).toBe(true);
  });

  test('a list that is left cancels what it asked', () => {
    const { asked, stop } = createWorld(30);
    stop();
    expect(asked[0]?.isCancelled).toBe(true);
  });
});
