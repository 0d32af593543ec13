// Where the bytes of files wait until their messages are stored, and how they are sent.

/** Stores the bytes of one person's files, by key. */
export interface ByteStore {
  /** Returns the bytes, or null if this device does not have them. */
  get(key: string): Promise<Blob | null>
  /** Resolves to false if the bytes are lost when the page closes, because the browser stores nothing or has no room. */
  put(key: string, bytes: Blob): Promise<boolean>
  remove(key: string): Promise<void>
  keys(): Promise<readonly string[]>
}

export type PutOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown }
  /** The connection broke, or the request was cancelled: there is no response. */
  | { readonly kind: 'cut' }

export interface Putting {
  readonly outcome: Promise<PutOutcome>
  cancel(): void
}

/** Sends the bytes of a file. `onProgress` gets the number of bytes sent so far. Never rejects. */
export type PutBytes = (path: string, bearer: string, bytes: Blob, onProgress: (sent: number) => void) => Putting
