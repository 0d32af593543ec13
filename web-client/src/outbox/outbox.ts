// Sends unsent messages. Messages of one ticket are sent one at a time, so that the history keeps the order of writing. A message keeps its
// idempotency key until the server stores or refuses it. A lock lets only one tab send at a time. Where the browser has no locks, only the
// key prevents duplicates.

import type { Code } from '../protocol/model.ts'
import type { QueuedFile } from './files.ts'
import type { FollowUp, OutboxStore, Queued } from './store.ts'

export type SendOutcome =
  | { readonly kind: 'stored'; readonly seq: number }
  | { readonly kind: 'refused'; readonly code: Code }
  /**
   * This server build cannot store the message, but another build may. Retry with the same idempotency key after the next `welcome` (the
   * server sends this frame when a connection goes live).
   */
  | { readonly kind: 'held'; readonly code: Code }
  /** There was no response, or the server refused temporarily. Retry with the same idempotency key after `ms` milliseconds. */
  | { readonly kind: 'later'; readonly ms: number }
  /** The connection was cut. Retry when the next connection is live. */
  | { readonly kind: 'cut' }

/** The outcome of a stored message's follow-up action, such as resolving the ticket. `later`: retry after `ms` milliseconds. */
export type FollowOutcome = { readonly kind: 'done' } | { readonly kind: 'later'; readonly ms: number }

export type OutboxChange =
  | { readonly type: 'queued'; readonly entry: Queued }
  | { readonly type: 'acked'; readonly entry: Queued; readonly seq: number }
  /** The server refused the message. `elsewhere`: another tab received the refusal. */
  | { readonly type: 'refused'; readonly entry: Queued; readonly code: Code; readonly elsewhere?: true }
  /** The message is kept and sent again automatically. The author is shown the reason for the delay. */
  | { readonly type: 'held'; readonly entry: Queued; readonly code: Code }
  | { readonly type: 'withdrawn'; readonly key: string }

export interface Draft {
  readonly ticket: string
  /** The ticket's number. It identifies the ticket in lists of unsent messages. */
  readonly number: string
  readonly body: string
  readonly internal: boolean
  readonly based_on: number | null
  readonly files?: readonly QueuedFile[]
  /** How long the author can take back the message, in milliseconds. The message is sent only after this time. */
  readonly hold_ms?: number
  readonly then?: FollowUp | null
}

export interface OutboxParts {
  readonly store: OutboxStore
  readonly send: (entry: Queued) => Promise<SendOutcome>
  readonly canSend: () => boolean
  readonly lock: (name: string, run: () => Promise<void>) => Promise<void>
  readonly after: (ms: number, call: () => void) => () => void
  readonly now: () => number
  readonly newKey: () => string
}

export interface Outbox {
  queue(draft: Draft): Queued
  /**
   * Sends a refused message again. `insist`: send the message even if other people have written in the ticket since the author wrote the
   * message.
   */
  retry(key: string, how: 'as_written' | 'insist'): void
  discard(key: string): Queued | null
  /** Call this when the author signs out. Messages are not sent until the author confirms after the next sign-in. */
  pause(): void
  /** Takes back a message during its undo time. Returns null if the undo time is over. */
  undo(key: string): Queued | null
  /** Whether the undo time of any message is still running. */
  isHeld(): boolean
  /**
   * Sets the handler for follow-up actions (what to do after a message is stored, such as resolving its ticket). Follow-up actions wait
   * until a handler is set. The handler must be idempotent. Returns a function that removes the handler.
   */
  follow(act: (entry: Queued) => Promise<FollowOutcome>): () => void
  of(ticket: string): readonly Queued[]
  /** All messages that the server has not stored yet, in the order of writing. */
  entries(): readonly Queued[]
  /** Whether an unsent message would be lost when the page closes, because this browser stores nothing. */
  isUnkept(): boolean
  /**
   * Returns why a message must wait until the next `welcome` (the server sends this frame when a connection goes live). Null if the message
   * need not wait.
   */
  held(key: string): Code | null
  /**
   * Sends all unsent messages, including those that wait for the next `welcome`. Call this after every `welcome` (the server sends this
   * frame when a connection goes live).
   */
  flush(): void
  /** Updates the outbox. Call this when another tab has changed the storage item with this name. */
  changedElsewhere(name: string): void
  onChange(listener: (change: OutboxChange) => void): () => void
  dispose(): void
}

const RETRY_MS = 5_000
/** Undo times are shorter than this. If more time seems to be left, the device's clock was set back: the message is sent immediately. */
const HOLD_MS_MAX = 60_000

export function createOutbox(parts: OutboxParts): Outbox {
  const { store } = parts
  const listeners = new Set<(change: OutboxChange) => void>()
  const running = new Set<string>()
  const rerun = new Set<string>()
  const timers = new Map<string, () => void>()
  /**
   * Messages that this server build cannot store, by ticket. Later messages of the ticket wait behind them. The map is cleared at the next
   * `welcome` (the server sends this frame when a connection goes live) and never stored.
   */
  const held = new Map<string, { readonly key: string; readonly code: Code }>()
  let disposed = false
  let following: ((entry: Queued) => Promise<FollowOutcome>) | null = null

  const tell = (change: OutboxChange) => {
    for (const listener of [...listeners]) listener(change)
  }
  const waiting = () => store.entries().filter((entry) => entry.refused === null && !entry.paused && (entry.sent === null || following !== null))
  const unsent = () => store.entries().filter((entry) => entry.sent === null)
  /** Returns for how many more milliseconds the author can take back the message. */
  const heldFor = ({ hold_until }: Queued) => {
    const ms = hold_until === null ? 0 : hold_until - parts.now()
    return ms > HOLD_MS_MAX ? 0 : Math.max(0, ms)
  }

  const kick = async (ticket: string) => {
    if (disposed || !parts.canSend() || held.has(ticket)) return
    if (running.has(ticket)) {
      rerun.add(ticket)
      return
    }
    timers.get(ticket)?.()
    timers.delete(ticket)
    running.add(ticket)
    try {
      await inTurn(ticket)
    } catch {
      // Sending failed unexpectedly. The message is still stored, so send it again with the same idempotency key.
      later(ticket, RETRY_MS)
    } finally {
      running.delete(ticket)
    }
    if (rerun.delete(ticket)) void kick(ticket)
  }

  /**
   * Sends a ticket's messages while this tab owns the lock between tabs. If locks fail or time out, sends without the lock, because the
   * idempotency keys prevent duplicates.
   */
  const inTurn = async (ticket: string) => {
    let hasBegun = false
    const run = () => {
      hasBegun = true
      return drain(ticket)
    }
    try {
      await parts.lock(ticket, run)
    } catch (error) {
      if (hasBegun) throw error
      await run()
    }
  }

  const later = (ticket: string, ms: number) => {
    timers.get(ticket)?.()
    timers.set(ticket, parts.after(ms, () => void kick(ticket)))
  }

  const drain = async (ticket: string) => {
    while (!disposed && parts.canSend()) {
      const entry = waiting().find((one) => one.ticket === ticket)
      if (entry === undefined) return
      if (entry.sent !== null) {
        const outcome = await following?.(entry)
        if (outcome?.kind === 'done') store.remove(entry.key)
        else return outcome === undefined ? undefined : later(ticket, outcome.ms)
        continue
      }
      // The author can still take back this message. To keep the order, later messages of the ticket wait until this message is sent.
      if (heldFor(entry) > 0) return later(ticket, heldFor(entry))
      const outcome = await parts.send(entry)
      // While the request was running, the message may have been discarded or sent by another tab. The outcome of the request is still
      // reported, but the stored item is gone.
      switch (outcome.kind) {
        case 'stored':
          // Store the sequence number, so that the message's follow-up action (such as resolving the ticket) is not lost if the page
          // closes.
          if (entry.then !== null && store.get(entry.key) !== null) store.put({ ...entry, sent: outcome.seq })
          else store.remove(entry.key)
          tell({ type: 'acked', entry, seq: outcome.seq })
          break
        case 'refused': {
          // Read the stored entry again, because it may have changed during the request: the author may have signed out.
          const now = store.get(entry.key)
          if (now !== null) store.put({ ...now, refused: outcome.code })
          tell({ type: 'refused', entry, code: outcome.code })
          break
        }
        case 'held':
          // The message was discarded during the request. Leave the switch, and continue with the ticket's next messages.
          if (store.get(entry.key) === null) break
          held.set(ticket, { key: entry.key, code: outcome.code })
          tell({ type: 'held', entry, code: outcome.code })
          return
        case 'later':
          return later(ticket, outcome.ms)
        case 'cut':
          return
      }
    }
  }

  const nextOrder = () => store.entries().reduce((order, entry) => Math.max(order, entry.order + 1), parts.now())

  /**
   * Removes a message from `held` (the messages that this server build cannot store), so that it no longer blocks later messages of the
   * ticket.
   */
  const release = (key: string) => {
    for (const [ticket, one] of held) {
      if (one.key === key) {
        held.delete(ticket)
        void kick(ticket)
      }
    }
  }

  const retry = (key: string, how: 'as_written' | 'insist') => {
    const old = store.get(key)
    if (old === null) return
    const entry: Queued = { ...old, refused: null, hold_until: null, paused: false, based_on: how === 'insist' ? null : old.based_on }
    store.put(entry)
    if (![...held.values()].some((one) => one.key === key)) tell({ type: 'queued', entry })
    void kick(entry.ticket)
  }

  const discard = (key: string): Queued | null => {
    const entry = store.get(key)
    store.remove(key)
    tell({ type: 'withdrawn', key })
    release(key)
    return entry
  }

  const flush = () => {
    const keys = [...held.values()].map((one) => one.key)
    held.clear()
    for (const key of keys) {
      const entry = store.get(key)
      if (entry !== null) tell({ type: 'queued', entry })
    }
    for (const ticket of new Set(waiting().map((entry) => entry.ticket))) void kick(ticket)
  }

  return {
    queue(draft) {
      const { hold_ms = 0, then = null, files = [], ...text } = draft
      const now = parts.now()
      const entry: Queued = { ...text, files, then, key: parts.newKey(), at: new Date(now).toISOString(), order: nextOrder(), refused: null, hold_until: hold_ms > 0 ? now + hold_ms : null, paused: false, sent: null }
      store.put(entry)
      tell({ type: 'queued', entry })
      void kick(draft.ticket)
      return entry
    },
    retry,
    discard,
    pause() {
      for (const entry of unsent().filter((one) => !one.paused)) {
        store.put({ ...entry, hold_until: null, paused: true })
        tell({ type: 'queued', entry: { ...entry, hold_until: null, paused: true } })
      }
    },
    undo(key) {
      const entry = store.get(key)
      if (entry === null || entry.refused !== null || heldFor(entry) === 0) return null
      store.remove(key)
      tell({ type: 'withdrawn', key })
      void kick(entry.ticket)
      return entry
    },
    isHeld: () => unsent().some((entry) => heldFor(entry) > 0),
    follow(act) {
      following = act
      flush()
      return () => { if (following === act) following = null }
    },
    held: (key) => [...held.values()].find((one) => one.key === key)?.code ?? null,
    of: (ticket) => unsent().filter((entry) => entry.ticket === ticket),
    entries: unsent,
    isUnkept: store.isUnkept,
    flush,
    changedElsewhere(name) {
      const key = store.keyOf(name)
      if (key === null) return
      const entry = store.get(key)
      if (entry === null) {
        tell({ type: 'withdrawn', key })
        release(key)
      } else if (entry.sent !== null) {
        tell({ type: 'acked', entry, seq: entry.sent })
        void kick(entry.ticket)
      } else {
        tell(entry.refused === null ? { type: 'queued', entry } : { type: 'refused', entry, code: entry.refused, elsewhere: true })
        void kick(entry.ticket)
      }
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    dispose() {
      disposed = true
      for (const stop of timers.values()) stop()
      listeners.clear()
    },
  }
}
