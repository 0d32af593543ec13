// A signed-in person's files: uploads for drafts and unsent messages, and what the server has of messages' files. Loaded when files are first
// needed.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { Clock } from '../connection/transport.ts'
import { decodeQueuedFiles, type QueuedFile } from '../outbox/files.ts'
import type { KeyValue, Queued } from '../outbox/store.ts'
import { parseJson } from '../protocol/narrow.ts'
import type { BearerSource, Request } from '../rest/request.ts'
import { createFileRest, type FileRest } from '../rest/uploads.ts'
import type { ByteStore, PutBytes } from '../uploads/bytes.ts'
import { createEngine, type Completion, type UploadState } from '../uploads/engine.ts'
import { namesOf, type Page } from './browser.ts'
import { filesItem, filesOf, keepFiles, setFiles, showFiles } from './draft-files.ts'
import { sorted, type Chosen, type FileLimits, type TurnedAwayFor } from './file-limits.ts'
import { keptText } from './kept-text.ts'
import { onStored } from './on-stored.ts'
import { onWindow } from './on-window.ts'

export type { Completion, UploadState } from '../uploads/engine.ts'
export type { TurnedAwayFor } from './file-limits.ts'

/** A file that the person has chosen, with its bytes. */
export interface ChosenFile extends Chosen {
  readonly type: string
  readonly bytes: Blob
}

export interface TurnedAway {
  readonly name: string
  readonly why: TurnedAwayFor
}

/** What a chosen file is for. */
export interface FileTarget {
  /** The draft's name; see `draftName`. */
  readonly draft: string
  readonly ticket: string | null
  readonly internal: boolean
  /** The position in the ticket's history when the files are chosen; 0 if there is none. */
  readonly position: number
}

export interface Files {
  readonly rest: Pick<FileRest, 'link' | 'ofTicket'>
  /** The state of each upload, by the file's key. Known for the files of drafts and of unsent messages. */
  readonly states: ReadonlySignal<ReadonlyMap<string, UploadState>>
  /** Adds files to a draft and begins to upload them. Returns the files that were not added. */
  add(target: FileTarget, chosen: readonly ChosenFile[], limits: FileLimits): readonly TurnedAway[]
  remove(draft: string, key: string): void
  retry(key: string): void
  /** Continues the uploads of a draft, after a reload. */
  resume(draft: string): void
  /** Puts an unsent message's files back into a draft. `isRefused`: the server did not accept them, so they are uploaded again. */
  putBack(draft: string, files: readonly QueuedFile[], isRefused: boolean): void
  /** Resolves when all files are complete, or as soon as one of them cannot be. Continues the uploads if necessary. */
  complete(files: readonly QueuedFile[]): Promise<Completion>
  /** Forgets the files of a stored message. */
  release(files: readonly QueuedFile[]): void
  /** Cancels the uploads of a discarded message. */
  drop(files: readonly QueuedFile[]): void
  /** Returns the bytes of a file that was chosen on this device. Null if this device does not have them. */
  bytes(key: string): Promise<Blob | null>
  /** Returns the small picture of a stored image. Null if it cannot be loaded. */
  preview(id: string): Promise<Blob | null>
  /** Whether the browser cannot store the bytes of an upload that is not complete. */
  isUnkept(): boolean
  /** Repeats at once what waits for a connection. */
  nudge(): void
  dispose(): void
}

export interface FilesParts {
  readonly user: string
  readonly request: Request
  readonly token: BearerSource
  readonly put: PutBytes
  readonly bytes: ByteStore
  readonly storage: KeyValue
  /** This person's unsent messages in all tickets. Null if they are not known here: then no bytes are swept. */
  readonly unsent: (() => readonly Queued[]) | null
  readonly lock: (name: string, run: () => Promise<void>) => Promise<void>
  readonly time: Clock
  readonly random: () => number
  readonly newKey: () => string
  readonly page: Pick<Page, 'addEventListener' | 'removeEventListener'>
}

/** Previews that are kept in memory, so that scrolling does not load them again. */
const PREVIEWS_MAX = 40

export function createFiles(parts: FilesParts): Files {
  const { user, storage, bytes, page } = parts
  const rest = createFileRest(parts.request)
  const engine = createEngine({ rest, token: parts.token, put: parts.put, bytes, lock: (key, run) => parts.lock(`helpline.upload.${user}.${key}`, run), time: parts.time, random: parts.random })
  const states = signal<ReadonlyMap<string, UploadState>>(new Map())
  const previews = new Map<string, Promise<Blob | null>>()
  const item = (draft: string) => keptText(user, `files.${draft}`, storage)
  const prefix = filesItem(user, '')
  const stored = (draft: string) => decodeQueuedFiles(parseJson(item(draft).read()))

  const stopEngine = engine.onChange((key) => {
    const next = new Map(states.peek())
    const state = engine.state(key)
    if (state === null) next.delete(key)
    else next.set(key, state)
    states.value = next
  })
  const stopKeeping = keepFiles((draft, files) => item(draft).write(files.length === 0 ? '' : JSON.stringify(files)))
  const drafts = () => namesOf(storage, prefix).map((name) => name.slice(prefix.length))
  const look = (draft: string) => {
    const there = stored(draft)
    const here = filesOf(draft)
    if (JSON.stringify(here) === JSON.stringify(there)) return
    // Another tab has sent or removed these files. Their uploads belong to that tab's message now, so they are not cancelled.
    showFiles(draft, there)
  }
  for (const draft of drafts()) showFiles(draft, stored(draft))
  const stops = [
    onStored((name) => { if (name.startsWith(prefix)) look(name.slice(prefix.length)) }, page),
    onWindow('online', engine.nudge, page),
    onWindow('beforeunload', (event) => { if (engine.isAtRisk()) event.preventDefault() }, page),
    stopEngine,
  ]
  /** Deletes the bytes of files that no draft and no unsent message has any more. */
  const sweep = async (unsent: () => readonly Queued[]) => {
    const keys = await bytes.keys()
    const held = new Set([...drafts().flatMap(stored), ...unsent().flatMap(({ files }) => files)].map(({ key }) => key))
    for (const key of keys) if (!held.has(key) && engine.state(key) === null) await bytes.remove(key)
  }
  if (parts.unsent !== null) void sweep(parts.unsent).catch(() => {})

  return {
    rest,
    states,
    add({ draft, ticket, internal, position }, chosen, limits) {
      const { added, away } = sorted(chosen, filesOf(draft).length, limits)
      const files = added.map(({ name, size, type }): QueuedFile => ({ key: parts.newKey(), name, content_type: type, size_bytes: size, ticket, internal, begun_at: position }))
      if (files.length > 0) setFiles(draft, [...filesOf(draft), ...files])
      for (const [at, file] of files.entries()) engine.start(file, added[at]?.bytes)
      return away
    },
    remove(draft, key) {
      setFiles(draft, filesOf(draft).filter((file) => file.key !== key))
      engine.cancel(key)
    },
    retry: engine.retry,
    resume(draft) { for (const file of filesOf(draft)) engine.start(file) },
    putBack(draft, files, isRefused) {
      const here = filesOf(draft)
      setFiles(draft, [...here, ...files.filter(({ key }) => !here.some((one) => one.key === key))])
      for (const file of files) if (isRefused) engine.anew(file)
      for (const file of files) engine.start(file)
    },
    complete: engine.complete,
    release(files) { for (const { key } of files) engine.release(key) },
    drop(files) { for (const { key } of files) engine.cancel(key) },
    bytes: (key) => bytes.get(key).catch(() => null),
    preview(id) {
      const held = previews.get(id)
      if (held !== undefined) return held
      const loading = rest.preview(id).then((result) => {
        // After a failure, the next call tries again.
        if (!result.ok) previews.delete(id)
        return result.ok ? result.value : null
      })
      previews.set(id, loading)
      for (const one of previews.keys()) if (previews.size > PREVIEWS_MAX) previews.delete(one)
      return loading
    },
    isUnkept: engine.isUnkept,
    nudge: engine.nudge,
    dispose() {
      for (const stop of stops) stop()
      stopKeeping()
      engine.dispose()
      previews.clear()
    },
  }
}
