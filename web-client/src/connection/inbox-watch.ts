// Subscribes to changes of all tickets of the desk, for the console's ticket lists. Subscribes again on each new connection, and retries
// after a temporary refusal.

import type { TicketViewers, Viewer } from '../protocol/generated.ts'
import { isPassing } from '../protocol/words.ts'
import { backoffMs } from './backoff.ts'
import { createInboxRows, type InboxFrame } from './inbox-rows.ts'
import type { Requests } from './requests.ts'
import type { Clock } from './transport.ts'

export interface InboxListener {
  frame(frame: InboxFrame): void
  /**
   * Called on each connection when the server has started to push changes, so data loaded after this call misses no change. Also called if
   * the server refuses or does not respond in time, so that lists load anyway.
   */
  began(): void
  /**
   * Called with the viewers of each ticket. Tickets without viewers are not in the map. The map is empty without a connection, or if the
   * server is too old to send viewers.
   */
  viewers?(byTicket: Viewers): void
}

export type Viewers = ReadonlyMap<string, readonly Viewer[]>

/**
 * State of the subscription to changes of all tickets. `off`: no listener, or no connection. `asking`: the request was just sent. `late`:
 * the server has not responded in time, or has refused temporarily. `on`: the server pushes every change. `refused`: the server refused
 * permanently.
 */
export type WatchState = 'off' | 'asking' | 'late' | 'on' | 'refused'

export interface InboxWatch {
  state(): WatchState
  onState(listener: (state: WatchState) => void): () => void
  /** Subscribes again to changes of all tickets, if the server refused or did not respond in time. */
  again(): void
  add(listener: InboxListener): () => void
  frame(frame: InboxFrame): void
  presence(tickets: readonly TicketViewers[]): void
  /** Call this when a connection goes live. */
  live(): void
  cut(): void
}

/**
 * Creates a session's subscription to changes of all tickets. The factory in `no-watch.ts` creates one that does nothing.
 */
export type WatchFactory = (clock: Clock, random: () => number, requests: Requests, isLive: () => boolean) => InboxWatch

/**
 * If the subscription to changes of all tickets is not active after this time, lists load without it. When it becomes active, the lists
 * load again.
 */
const PATIENCE_MS = 2_000

export function createInboxWatch(clock: Clock, random: () => number, requests: Requests, isLive: () => boolean): InboxWatch {
  const rows = createInboxRows()
  const listeners = new Set<InboxListener>()
  const stateListeners = new Set<(state: WatchState) => void>()
  let state: WatchState = 'off'
  let viewers: Viewers = new Map()
  let refusals = 0
  let round = 0
  let stop = () => {}

  const enter = (next: WatchState) => {
    if (next === state) return
    state = next
    for (const listener of [...stateListeners]) listener(next)
  }
  const begin = () => { for (const listener of [...listeners]) listener.began() }
  const look = (now: Viewers) => {
    viewers = now
    for (const listener of [...listeners]) listener.viewers?.(now)
  }
  const end = () => {
    round++
    stop()
    if (viewers.size > 0) look(new Map())
    enter('off')
  }
  const ask = async () => {
    round++
    stop()
    const mine = round
    if (state !== 'late') enter('asking')
    // Clear the viewers, because the server sends all viewers again at the start of a subscription.
    if (viewers.size > 0) look(new Map())
    stop = clock.after(PATIENCE_MS, () => {
      enter('late')
      begin()
    })
    const answer = await requests.ask({ type: 'inbox', on: true })
    if (mine !== round) return
    stop()
    if (answer.kind === 'answered') {
      refusals = 0
      enter('on')
      return begin()
    }
    if (answer.kind === 'cut') return
    if (answer.kind === 'refused' && !isPassing(answer.error.code)) {
      enter('refused')
      return begin()
    }
    enter('late')
    const asked_ms = answer.kind === 'refused' ? (answer.error.retry_after_ms ?? 0) : 0
    stop = clock.after(Math.max(asked_ms, backoffMs(refusals++, random())), () => void ask())
  }
  return {
    state: () => state,
    onState(listener) {
      stateListeners.add(listener)
      return () => stateListeners.delete(listener)
    },
    again() { if (state === 'refused' || state === 'late') void ask() },
    add(listener) {
      listeners.add(listener)
      if (viewers.size > 0) listener.viewers?.(viewers)
      if (state === 'on') listener.began()
      else if (listeners.size === 1 && isLive()) void ask()
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        end()
        if (isLive()) void requests.ask({ type: 'inbox', on: false })
      }
    },
    frame(frame) {
      const filled = rows.fill(frame)
      for (const listener of [...listeners]) listener.frame(filled)
    },
    presence(tickets) {
      const next = new Map(viewers)
      for (const { ticket, viewers } of tickets) {
        if (viewers.length > 0) next.set(ticket, viewers)
        else next.delete(ticket)
      }
      look(next)
    },
    live() { if (listeners.size > 0) void ask() },
    cut: end,
  }
}
