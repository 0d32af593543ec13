// A file of an unsent message or of a draft: what is stored on this device until the server has the message. The file's bytes are stored
// elsewhere, under the same key.

import { count, isObject, list, text } from '../protocol/narrow.ts'

export interface QueuedFile {
  /** Identifies the file on this device, and its upload: the server answers a repeated reservation with the first one's upload. */
  readonly key: string
  readonly name: string
  /** The media type that the browser guesses. Empty if it has no guess. The server looks at the content. */
  readonly content_type: string
  readonly size_bytes: number
  /** The ticket's id. Null for a file of a ticket that is not created yet. */
  readonly ticket: string | null
  /** Whether the file belongs to an internal note. The server accepts it only with a note. */
  readonly internal: boolean
  /** The sequence number of the last event that the writer had seen when the file was chosen; 0 if it is not known. */
  readonly begun_at: number
}

export function decodeQueuedFile(value: unknown): QueuedFile | null {
  if (!isObject(value)) return null
  const [key, name, size_bytes] = [text(value['key']), text(value['name']), count(value['size_bytes'])]
  if (key === null || name === null || size_bytes === null) return null
  return { key, name, content_type: text(value['content_type']) ?? '', size_bytes, ticket: text(value['ticket']), internal: value['internal'] === true, begun_at: count(value['begun_at']) ?? 0 }
}

/** Reads a stored list of files. A list that cannot be read counts as empty. */
export function decodeQueuedFiles(value: unknown): readonly QueuedFile[] {
  return list(value, decodeQueuedFile) ?? []
}
