// Subscriptions to tickets, which outlive single connections. Whenever a connection goes live, every ticket is subscribed again from the
// last position that the ticket's `TicketSink` (its receiver) has reached.

import type { Code, ServerFrame, SubscribedFrame } from '../protocol/model.ts'
import { isPassing } from '../protocol/words.ts'
import { backoffMs } from './backoff.ts'
import type { Answer, Requests } from './requests.ts'
import type { Clock } from './transport.ts'

export type TicketFrame = Extract<ServerFrame, { type: 'event' | 'reset' | 'typing' | 'presence' | 'read' }>

/** Receives the frames of one subscribed ticket. */
export interface TicketSink {
  /**
   * Returns the position (a sequence number in the ticket's history) from which to resume. Null to start with the latest page of the
   * history.
   */
  resume(): { readonly after: number; readonly epoch: string | null } | null
  subscribing(): void
  page(page: SubscribedFrame): void
  frame(frame: TicketFrame): void
  /** Receives the ticket's head (the sequence number of its last event), which the server sends with each `ping`. */
  head(seq: number): void
  disconnected(): void
  /** The server refused the subscription and will not accept it on this connection. The client subscribes again on the next connection. */
  refused(code: Code): void
}

export interface Subscription {
  /**
   * Subscribes again from the current position of the sink (the receiver of the ticket's frames). Subscribes immediately, or after a delay
   * if the client has subscribed only a short time ago.
   */
  again(): void
  dispose(): void
}

interface Entry {
  readonly ticket: string
  readonly sink: TicketSink
  state: 'idle' | 'asking' | 'listening'
  /** Whether `again` was called while a subscribe request was pending. */
  wanted: boolean
  attempts: number
  stopTimer: () => void
}

/** If `again` is not called for this long after subscribing, the next call subscribes without a delay. */
const REST_MS = 5_000

export function createSubscriptions(clock: Clock, random: () => number, requests: Requests, isLive: () => boolean) {
  const entries = new Map<string, Entry>()

  const current = (entry: Entry) => entries.get(entry.ticket) === entry

  const ask = async (entry: Entry) => {
    entry.stopTimer()
    if (!current(entry) || !isLive() || entry.state === 'asking') return
    entry.state = 'asking'
    entry.wanted = false
    const from = entry.sink.resume()
    entry.sink.subscribing()
    const epoch = from?.epoch ?? null
    const answer = await requests.ask(
      { type: 'subscribe', ticket: entry.ticket, ...(from === null ? {} : { after: from.after }), ...(epoch === null ? {} : { epoch }) },
      (page) => { if (current(entry)) entry.sink.page(page) },
    )
    if (current(entry)) settle(entry, answer)
  }

  const later = (entry: Entry, ms: number) => {
    entry.stopTimer()
    entry.stopTimer = clock.after(ms, () => void ask(entry))
  }

  const settle = (entry: Entry, answer: Answer) => {
    entry.state = 'idle'
    switch (answer.kind) {
      case 'cut': return
      case 'timeout': return later(entry, backoffMs(entry.attempts++, random()))
      case 'answered':
        entry.state = 'listening'
        if (entry.wanted) later(entry, backoffMs(entry.attempts++, random()))
        else entry.stopTimer = clock.after(REST_MS, () => { entry.attempts = 0 })
        return
      case 'refused':
        if (isPassing(answer.error.code)) later(entry, answer.error.retry_after_ms ?? backoffMs(entry.attempts++, random()))
        else entry.sink.refused(answer.error.code)
    }
  }

  return {
    add(ticket: string, sink: TicketSink): Subscription {
      entries.get(ticket)?.stopTimer()
      const entry: Entry = { ticket, sink, state: 'idle', wanted: false, attempts: 0, stopTimer: () => {} }
      entries.set(ticket, entry)
      void ask(entry)
      return {
        again() {
          if (!current(entry)) return
          if (entry.state === 'asking') entry.wanted = true
          else if (entry.attempts === 0) { entry.attempts = 1; void ask(entry) }
          else later(entry, backoffMs(entry.attempts++, random()))
        },
        dispose() {
          entry.stopTimer()
          if (!current(entry)) return
          entries.delete(ticket)
          if (isLive()) void requests.ask({ type: 'unsubscribe', ticket })
        },
      }
    },
    live() {
      for (const entry of entries.values()) { entry.attempts = 0; void ask(entry) }
    },
    cut() {
      for (const entry of entries.values()) {
        entry.stopTimer()
        entry.state = 'idle'
        entry.sink.disconnected()
      }
    },
    frame(frame: TicketFrame) {
      entries.get(frame.type === 'event' ? frame.event.ticket : frame.ticket)?.sink.frame(frame)
    },
    head(ticket: string, seq: number) {
      entries.get(ticket)?.sink.head(seq)
    },
  }
}
