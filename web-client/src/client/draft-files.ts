// The files of this person's drafts. Only the lists are here, because the composer needs them before its first file is chosen. Storing and
// uploading is the task of `files.ts`, which is loaded later.

import { signal } from '@preact/signals'
import type { QueuedFile } from '../outbox/files.ts'
import type { KeyValue } from '../outbox/store.ts'
import type { Mode } from './drafts.ts'

export type { QueuedFile } from '../outbox/files.ts'

const NONE: readonly QueuedFile[] = []
const lists = signal<ReadonlyMap<string, readonly QueuedFile[]>>(new Map())
let keep: (draft: string, files: readonly QueuedFile[]) => void = () => {}

/** The name of the draft of a new ticket. */
export const NEW_TICKET = 'new'

/** The name of a ticket's draft. A note and a reply have separate drafts, with separate files. */
export function draftName(ticket: string, mode: Mode): string {
  return `${ticket}/${mode}`
}

export function filesOf(draft: string): readonly QueuedFile[] {
  return lists.value.get(draft) ?? NONE
}

/** The name of the storage item with the files of a draft, or with an empty `draft` what the names of all drafts begin with. */
export const filesItem = (user: string, draft: string) => `helpline.text.${user}.files.${draft}`

/** Returns whether this browser has stored files of a draft. */
export const keptFiles = (user: string, storage: KeyValue) => (draft: string): boolean => storage.getItem(filesItem(user, draft)) !== null

/** Replaces the files of a draft, and stores the list. */
export function setFiles(draft: string, files: readonly QueuedFile[]): void {
  showFiles(draft, files)
  keep(draft, files)
}

/** Returns the position in the history at which the first of the files was chosen. 0 if there are no files, or if it is not known. */
export const begunWith = (files: readonly QueuedFile[]): number => files.reduce((first, { begun_at }) => (begun_at > 0 && (first === 0 || begun_at < first) ? begun_at : first), 0)

/** Call when the writer has seen all events up to `position`. */
export function rebaseFiles(draft: string, position: number): void {
  const files = filesOf(draft)
  if (files.length > 0) setFiles(draft, rebased(files, position))
}

export const rebased = (files: readonly QueuedFile[], position: number): readonly QueuedFile[] => files.map((file) => ({ ...file, begun_at: position }))

/** Replaces the files of a draft with what another tab has stored. */
export function showFiles(draft: string, files: readonly QueuedFile[]): void {
  const next = new Map(lists.peek())
  if (files.length === 0) next.delete(draft)
  else next.set(draft, files)
  lists.value = next
}

/** Sets how lists are stored. Returns a function that ends this and removes the lists from memory, when the person leaves. */
export function keepFiles(by: typeof keep): () => void {
  keep = by
  return () => {
    // Another client of this person may have taken over the lists.
    if (keep !== by) return
    keep = () => {}
    lists.value = new Map()
  }
}
