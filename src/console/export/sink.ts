/** Where the bytes of an export go. */
export interface Sink {
  append(piece: Uint8Array): Promise<void>;
  /** Keeps the first bytes only. */
  truncate(size: number): Promise<void>;
  /** All bytes so far. */
  read(): Promise<Blob>;
  /** Puts the file in its place. */
  finish(): Promise<void>;
}

/** Keeps the bytes in memory, and gives them to the browser's downloads at the end. */
export function createMemorySink(name: string, type: string): Sink {
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  const read = () => new Blob(pieces, { type });
  return {
    async append(piece) {
      pieces.push(new Uint8Array(piece));
    },
    async truncate(size) {
      const kept: Uint8Array<ArrayBuffer>[] = [];
      let left = size;
      for (const piece of pieces) {
        if (left <= 0) break;
        kept.push(piece.length <= left ? piece : piece.slice(0, left));
        left -= piece.length;
      }
      pieces = kept;
    },
    read: async () => read(),
    async finish() {
      const address = URL.createObjectURL(read());
      const link = document.createElement('a');
      link.href = address;
      link.download = name;
      link.click();
      // The download has its own hold of the bytes when the click has been handled.
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    },
  };
}

interface WritableFile {
  write(piece: Uint8Array<ArrayBuffer>): Promise<void>;
  truncate(size: number): Promise<void>;
  seek(position: number): Promise<void>;
  close(): Promise<void>;
}

interface FileHandle {
  readonly name: string;
  createWritable(options: { readonly keepExistingData: boolean }): Promise<WritableFile>;
  getFile(): Promise<Blob>;
}

interface PickerWindow {
  readonly showSaveFilePicker?: (options: { readonly suggestedName: string }) => Promise<FileHandle>;
}

/** Whether the browser lets a page write to a file that the reader picks. */
export const canWriteToDisk = (): boolean => (window as PickerWindow).showSaveFilePicker !== undefined;

/** A file that the reader picked. */
export interface DiskSink extends Sink {
  readonly name: string;
}

/** Asks for a file and writes to it as the bytes come. @throws if the reader picks none */
export async function createDiskSink(name: string): Promise<DiskSink> {
  const handle = await (window as PickerWindow).showSaveFilePicker?.({ suggestedName: name });
  if (!handle) throw new Error('This browser writes to no file.');
  let writable: WritableFile | null = await handle.createWritable({ keepExistingData: false });
  let size = 0;
  const open = async (): Promise<WritableFile> => {
    if (writable) return writable;
    writable = await handle.createWritable({ keepExistingData: true });
    await writable.seek(size);
    return writable;
  };
  const close = async (): Promise<void> => {
    await writable?.close();
    writable = null;
  };
  return {
    name: handle.name,
    async append(piece) {
      await (await open()).write(new Uint8Array(piece));
      size += piece.length;
    },
    async truncate(to) {
      const file = await open();
      await file.truncate(to);
      await file.seek(to);
      size = to;
    },
    async read() {
      await close();
      return handle.getFile();
    },
    finish: close,
  };
}
