// Uploads files: reserves an upload, sends the bytes, and repeats what failed, until the server has the file, refuses it, or the person
// cancels. A repeated reservation has the same key, so the server answers with the same upload, also after a reload.

import { backoffMs } from '../connection/backoff.ts'
import type { Clock } from '../connection/transport.ts'
import type { QueuedFile } from '../outbox/files.ts'
import { problemOf } from '../protocol/decode-first.ts'
import type { Problem } from '../protocol/model.ts'
import { isPassing } from '../protocol/words.ts'
import type { BearerSource } from '../rest/request.ts'
import type { UploadRest } from '../rest/uploads.ts'
import type { ByteStore, PutBytes, PutOutcome, Putting } from './bytes.ts'

export type UploadState =
  /** Waits for its turn, for the server's reservation, or for a server that is busy or still receives the file from an earlier connection. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'sending'; readonly sent: number }
  /** The connection broke. The upload is repeated automatically. */
  | { readonly kind: 'pausing' }
  | { readonly kind: 'stored'; readonly id: string }
  | { readonly kind: 'refused'; readonly problem: Problem }
  /** This device no longer has the bytes, and the server does not have them either. The person has to choose the file again. */
  | { readonly kind: 'lost' }

/** The end of a message's uploads. `gone`: one of them was cancelled. */
export type Completion = { readonly kind: 'ready'; readonly ids: readonly string[] } | { readonly kind: 'refused'; readonly problem: Problem } | { readonly kind: 'gone' }

export interface EngineParts {
  readonly rest: UploadRest
  readonly token: BearerSource
  readonly put: PutBytes
  readonly bytes: ByteStore
  /** Runs `run` while this tab owns the lock `name`, so that two tabs do not send the same file at the same time. */
  readonly lock: (name: string, run: () => Promise<void>) => Promise<void>
  readonly time: Clock
  readonly random: () => number
}

export interface Engine {
  /** Begins an upload, or continues it after a reload. Does nothing if the upload runs or is complete. `bytes`: the chosen file. */
  start(file: QueuedFile, bytes?: Blob): void
  /** Begins a refused or lost upload again. */
  retry(key: string): void
  /** Uploads a file again that the server should have, but with which it refused a message. */
  anew(file: QueuedFile): void
  /** Cancels an upload and deletes what the server has of it. */
  cancel(key: string): void
  /** Forgets an upload whose message is stored, and its bytes. */
  release(key: string): void
  /** Null if the upload is not known. */
  state(key: string): UploadState | null
  /** Resolves when every one of the files is complete, or as soon as one of them cannot be. */
  complete(files: readonly QueuedFile[]): Promise<Completion>
  /** Repeats at once what waits for a connection. Call this when there is one. */
  nudge(): void
  /** Whether the browser cannot store the bytes of an upload that is not complete. */
  isUnkept(): boolean
  /** Whether an upload would be lost if the page closed now. */
  isAtRisk(): boolean
  onChange(listener: (key: string) => void): () => void
  dispose(): void
}

/** Uploads that run at the same time. More would not be faster, and the server allows few at once. */
const AT_ONCE = 2
/** A connection on which no byte leaves for this long is cut, and the upload repeated. The server needs time to store the last bytes. */
const STALL_MS = 60_000
/** How often a reservation that the server no longer knows is made anew before the upload counts as refused. */
const ANEW_MAX = 3
const LOST: Problem = { status: 0, code: 'attachment_not_found', title: '', retry_after_ms: null, head: null }

interface Job {
  readonly file: QueuedFile
  state: UploadState
  /** The chosen file, while this page has it. */
  bytes: Blob | null
  /** Whether the browser has stored the bytes. Null while it stores them. */
  isKept: boolean | null
  isCancelled: boolean
  /** How often the reservation was made anew. A part of its key. */
  anew: number
  attempts: number
  id: string | null
  putting: Putting | null
  wake: () => void
}

type Step = { readonly kind: 'stored'; readonly id: string } | { readonly kind: 'refused'; readonly problem: Problem } | { readonly kind: 'lost' } | { readonly kind: 'again' } | { readonly kind: 'later'; readonly ms: number | null; readonly shown: 'waiting' | 'pausing' }

export function createEngine({ rest, token, put, bytes, lock, time, random }: EngineParts): Engine {
  const jobs = new Map<string, Job>()
  const listeners = new Set<(key: string) => void>()
  const line: (() => void)[] = []
  let running = 0
  let isDisposed = false

  const show = (job: Job, state: UploadState) => {
    job.state = state
    for (const listener of [...listeners]) listener(job.file.key)
  }
  const isOver = (job: Job) => isDisposed || job.isCancelled || jobs.get(job.file.key) !== job

  const inTurn = async <T>(run: () => Promise<T>): Promise<T> => {
    if (running >= AT_ONCE) await new Promise<void>((resolve) => { line.push(resolve) })
    else running++
    try {
      return await run()
    } finally {
      // The next upload takes over this one's turn.
      const next = line.shift()
      if (next === undefined) running--
      else next()
    }
  }

  const pause = (job: Job, ms: number) => new Promise<void>((resolve) => {
    const stop = time.after(ms, resolve)
    job.wake = () => {
      stop()
      resolve()
    }
  })

  /** Sends the bytes, and cuts the connection if no byte leaves for too long. */
  const send = async (job: Job, id: string, body: Blob, fresh: boolean): Promise<PutOutcome> => {
    const bearer = await token(fresh)
    if (bearer === null || isOver(job)) return { kind: 'cut' }
    let stopStall = () => {}
    const watch = () => {
      stopStall()
      stopStall = time.after(STALL_MS, () => job.putting?.cancel())
    }
    job.putting = put(`/v1/uploads/${id}`, bearer, body, (sent) => {
      watch()
      if (!isOver(job)) show(job, { kind: 'sending', sent })
    })
    watch()
    const outcome = await job.putting.outcome
    stopStall()
    job.putting = null
    return outcome.kind === 'answered' && outcome.status === 401 && !fresh ? send(job, id, body, true) : outcome
  }

  const refusal = (job: Job, problem: Problem): Step => {
    // The server has forgotten the reservation, for example because it has expired. Make a new one.
    if ((problem.code === 'not_found' || problem.code === 'key_reused') && job.id !== null && job.anew < ANEW_MAX) {
      job.anew++
      job.id = null
      return { kind: 'again' }
    }
    const isLater = problem.code === 'unreachable' || problem.code === 'unreadable' || problem.code === 'upload_in_progress' || problem.code === 'not_authenticated' || problem.code === 'token_expired' || (problem.code !== 'quota_exceeded' && problem.code !== 'too_many_uploads' && isPassing(problem.code))
    const isCut = problem.code === 'unreachable' || problem.code === 'unreadable'
    return isLater ? { kind: 'later', ms: problem.retry_after_ms, shown: isCut ? 'pausing' : 'waiting' } : { kind: 'refused', problem }
  }

  /** One attempt. The reservation is repeated each time, because its answer says whether the server has the file already. */
  const attempt = async (job: Job): Promise<Step> => {
    const { key, name, content_type, size_bytes, ticket, internal } = job.file
    const reserved = await rest.reserve({ key: job.anew === 0 ? key : `${key}-${job.anew}`, name, size_bytes, ...(content_type === '' ? {} : { content_type }), ...(ticket === null ? {} : { ticket }), ...(internal ? { is_internal: true } : {}) })
    if (isOver(job)) {
      // `cancel` could not delete an upload that was not reserved yet.
      if (job.isCancelled && reserved.ok && reserved.value.id !== job.id) void rest.discard(reserved.value.id)
      return { kind: 'again' }
    }
    if (!reserved.ok) return refusal(job, reserved.problem)
    const { id, state } = reserved.value
    job.id = id
    if (state === 'stored') return { kind: 'stored', id }
    const body = job.bytes ?? await bytes.get(key)
    if (body === null) return { kind: 'lost' }
    const outcome = await send(job, id, body, false)
    if (outcome.kind === 'answered') return outcome.status >= 200 && outcome.status < 300 ? { kind: 'stored', id } : refusal(job, problemOf(outcome.status, outcome.body))
    // The browser reports a file that it cannot read, because it was changed or deleted on the device, like a broken connection.
    return await isReadable(body) ? { kind: 'later', ms: null, shown: 'pausing' } : { kind: 'lost' }
  }

  const run = async (job: Job): Promise<void> => {
    while (!isOver(job)) {
      const step = await inTurn(() => (isOver(job) ? Promise.resolve<Step>({ kind: 'again' }) : attempt(job)))
      if (isOver(job)) break
      switch (step.kind) {
        case 'stored':
        case 'refused':
        case 'lost': return show(job, step)
        case 'again': continue
        case 'later':
          show(job, { kind: step.shown })
          await pause(job, step.ms ?? backoffMs(job.attempts++, random()))
          if (!isOver(job)) show(job, { kind: 'waiting' })
      }
    }
  }

  const begin = async (job: Job): Promise<void> => {
    let hasBegun = false
    const go = () => {
      hasBegun = true
      return run(job)
    }
    while (!hasBegun && !isOver(job)) {
      try {
        await lock(job.file.key, go)
      } catch {
        // Another tab sends this file, or the browser has no locks. Ask again: the server then has the file, or the other tab is closed.
        if (!hasBegun && !isOver(job)) await pause(job, backoffMs(job.attempts++, random()))
      }
    }
  }

  const start = (file: QueuedFile, chosen?: Blob, anew = 0) => {
    if (isDisposed || jobs.has(file.key)) return
    const job: Job = { file, state: { kind: 'waiting' }, bytes: chosen ?? null, isKept: chosen === undefined ? true : null, isCancelled: false, anew, attempts: 0, id: null, putting: null, wake: () => {} }
    jobs.set(file.key, job)
    if (chosen !== undefined) void bytes.put(file.key, chosen).catch(() => false).then((isKept) => {
      job.isKept = isKept
      if (!isOver(job)) show(job, job.state)
    })
    show(job, job.state)
    void begin(job)
  }

  const unfinished = () => [...jobs.values()].filter(({ state }) => state.kind !== 'stored' && state.kind !== 'refused' && state.kind !== 'lost')

  const forget = (key: string): Job | undefined => {
    const job = jobs.get(key)
    jobs.delete(key)
    void bytes.remove(key).catch(() => {})
    return job
  }

  return {
    start: (file, chosen) => start(file, chosen),
    retry(key) {
      const job = jobs.get(key)
      if (job === undefined || (job.state.kind !== 'refused' && job.state.kind !== 'lost')) return
      show(job, { kind: 'waiting' })
      void begin(job)
    },
    anew(file) {
      const before = jobs.get(file.key)
      if (before !== undefined && before.state.kind !== 'stored') return
      jobs.delete(file.key)
      start(file, before?.bytes ?? undefined, (before?.anew ?? 0) + 1)
    },
    cancel(key) {
      const job = forget(key)
      if (job === undefined) return
      job.isCancelled = true
      job.putting?.cancel()
      job.wake()
      if (job.id !== null) void rest.discard(job.id)
      for (const listener of [...listeners]) listener(key)
    },
    release(key) {
      forget(key)
      for (const listener of [...listeners]) listener(key)
    },
    state: (key) => jobs.get(key)?.state ?? null,
    complete(files) {
      for (const file of files) start(file)
      return new Promise((resolve) => {
        const look = () => {
          const states = files.map(({ key }) => jobs.get(key)?.state ?? null)
          const ended = states.find((state) => state === null || state.kind === 'refused' || state.kind === 'lost')
          const ids = states.flatMap((state) => (state?.kind === 'stored' ? [state.id] : []))
          if (ended === undefined && ids.length < files.length) return
          listeners.delete(look)
          resolve(ended === undefined ? { kind: 'ready', ids } : ended === null ? { kind: 'gone' } : { kind: 'refused', problem: ended.kind === 'refused' ? ended.problem : LOST })
        }
        listeners.add(look)
        look()
      })
    },
    nudge() {
      for (const job of jobs.values()) {
        job.attempts = 0
        job.wake()
      }
    },
    isUnkept: () => unfinished().some(({ isKept }) => isKept === false),
    isAtRisk: () => unfinished().some(({ isKept }) => isKept !== true),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    dispose() {
      isDisposed = true
      listeners.clear()
      for (const job of jobs.values()) {
        job.putting?.cancel()
        job.wake()
      }
    },
  }
}

async function isReadable(bytes: Blob): Promise<boolean> {
  try {
    await bytes.slice(0, 1).arrayBuffer()
    return true
  } catch {
    return false
  }
}
