import type { ArchivedRow, ArchiveStore, ArchiveTable } from './store.ts';

/**
 * An archive on a server that does not answer yet. Each use tries to open it. Until that succeeds its ledger is empty, so that the
 * vendors answer, and everything else is rejected.
 */
export function openLate(engine: ArchiveStore['engine'], open: () => Promise<ArchiveStore>): ArchiveStore {
  let opened: ArchiveStore | null = null;
  let opening: Promise<ArchiveStore> | null = null;
  const get = async (): Promise<ArchiveStore> => {
    if (opened) return opened;
    opening ??= open().finally(() => {
      opening = null;
    });
    return (opened = await opening);
  };
  const tableOf = <Row extends ArchivedRow, Filter>(
    choose: (store: ArchiveStore) => ArchiveTable<Row, Filter>,
  ): ArchiveTable<Row, Filter> => {
    const table = async () => choose(await get());
    return {
      loadReads: async () => (opened ? choose(opened).loadReads() : []),
      commit: async (rows, read) => (await table()).commit(rows, read),
      replaceReads: async (reads) => (await table()).replaceReads(reads),
      list: async (question) => (await table()).list(question),
      count: async (range, filter, knownAtMs) => (await table()).count(range, filter, knownAtMs),
      group: async (question) => (await table()).group(question),
      measureLateness: async (spans, settleMs) => (await table()).measureLateness(spans, settleMs),
      listVersions: async (question) => (await table()).listVersions(question),
      writeVersions: async (versions) => (await table()).writeVersions(versions),
      find: async (ids) => (await table()).find(ids),
      forget: async (beforeMs) => (await table()).forget(beforeMs),
      erase: async (by, value) => (await table()).erase(by, value),
      compact: async () => (await table()).compact(),
      size: async () => (await table()).size(),
    };
  };
  return {
    engine,
    usage: tableOf(({ usage }) => usage),
    events: tableOf(({ events }) => events),
    claim: async (nowMs, lengthMs) => (await get()).claim(nowMs, lengthMs),
    loadErasures: async () => (await get()).loadErasures(),
    noteErasure: async (erasure) => (await get()).noteErasure(erasure),
    async close() {
      await opening?.catch(() => {});
      await opened?.close();
    },
  };
}
