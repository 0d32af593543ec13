// Console data besides the ticket list: statistics, ticket counts per view, agents, this agent's unread tickets, and saved replies.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { Clock } from '../connection/transport.ts'
import type { Agent } from '../protocol/decode-team.ts'
import { LIMITS, type SavedReply, type TicketCounts, type TicketStats } from '../protocol/generated.ts'
import type { HistoryEvent, Page, StaffView, TicketView } from '../protocol/model.ts'
import { isOver } from '../protocol/words.ts'
import type { Result } from '../rest/request.ts'
import type { TeamRest } from '../rest/team.ts'
import type { News } from './notifications.ts'
import { clock } from './browser.ts'
import { isVisible } from './visibility.ts'
import type { Client } from './client.ts'
import { mayPass } from './paged-tickets.ts'
import { createTicketCollection, type TicketCollection } from './ticket-collection.ts'
import { isUnread } from './unread.ts'

export interface TeamStore {
  readonly stats: ReadonlySignal<TicketStats | null>
  readonly counts: ReadonlySignal<TicketCounts | null>
  readonly agents: ReadonlySignal<readonly Agent[]>
  readonly replies: ReadonlySignal<readonly SavedReply[]>
  /** Whether the saved replies have been loaded. Until then, an empty list does not mean that no replies exist. */
  readonly hasReplies: ReadonlySignal<boolean>
  /** How many of this agent's tickets have unread events. */
  readonly unread: ReadonlySignal<number>
  /** Call this when the agent has read all events of the ticket. */
  saw(ticket: StaffView): void
  /** Call this for each event of the open ticket, because the open ticket has its own subscription, which this store does not receive. */
  heard(event: HistoryEvent, ticket: TicketView): void
  reloadReplies(): Promise<void>
  reloadAgents(): Promise<void>
  dispose(): void
}

/** Minimum interval between requests for the ticket counts, because each request costs a database query. */
const COUNTS_MS = 1_500
/** Maximum number of pages to request when loading the agent's own tickets. */
const OWN_PAGES_MAX = 10
/**
 * The client requests the authors of pushed changes, to leave out the agent's own changes. If more tickets than this are pushed at once, it
 * notifies the agent of each unread ticket without these requests.
 */
const ASKED_ALONE = 3
/** One request finds out which of the tickets pushed within this time are unread for the agent. */
const ASK_MS = 400
/** Minimum delay before a failed load is retried. */
const RETRY_MS = 3_000

/** The parts of the client that the team store uses. */
export interface TeamOf {
  readonly identity: Pick<Client['identity'], 'id'>
  readonly rest: Pick<Client['rest'], 'activity'>
  readonly session: Pick<Client['session'], 'inbox'>
  readonly live: Client['live']
}
export type TeamOfRest = Pick<TeamRest, 'allTickets' | 'stats' | 'counts' | 'agents' | 'replies'>

/**
 * Creates the team store. `ring` plays the notification for a ticket. `take` receives each of this agent's tickets as the server returns
 * it, including the agent's read position.
 */
export function createTeamStore(client: TeamOf, team: TeamOfRest, ring: (news: News) => void, take: (ticket: TicketView) => void, time: Clock = clock, tickets: TicketCollection<StaffView> = createTicketCollection(), isSeen: () => boolean = isVisible): TeamStore {
  const stats = signal<TicketStats | null>(null)
  const counts = signal<TicketCounts | null>(null)
  const agents = signal<readonly Agent[]>([])
  const replies = signal<readonly SavedReply[]>([])
  const hasReplies = signal(false)
  const unread = signal(0)
  /**
   * This agent's tickets as last loaded. A pushed ticket is added only after a load, because the push does not tell whether the ticket is
   * unread for this agent.
   */
  const mine = new Map<string, StaffView>()
  /** The sequence number up to which each ticket's events have been handled, whether or not they caused a notification. */
  const told = new Map<string, number>()
  /** The pushed tickets for which the next request asks whether they are unread. For each ticket id, the last seq known before the push. */
  const asked = new Map<string, number>()
  const stops = new Set<() => void>()
  /** `before`: the ids of this agent's tickets when the last load started. `since`: the ids of tickets pushed during the load. */
  let before: readonly string[] = []
  let since: Set<string> | null = null
  let stopAsking: (() => void) | null = null
  let stopCounts: (() => void) | null = null
  let isDisposed = false

  /**
   * Returns a function that loads a value and ignores all responses except that of the latest request. Retries a temporary failure while
   * the connection is live.
   */
  const latest = <T>(ask: () => Promise<Result<T>>, take: (value: T) => void) => {
    let round = 0
    let stop = () => {}
    stops.add(() => stop())
    const load = async (): Promise<void> => {
      stop()
      const turn = ++round
      const result = await ask()
      if (turn !== round || isDisposed) return
      if (result.ok) take(result.value)
      else if (mayPass(result.problem)) stop = time.after(RETRY_MS * (1 + Math.random()), () => { if (client.live.peek()) void load() })
    }
    return load
  }
  const loadCounts = latest(() => team.counts(), (value) => { counts.value = value })
  const countsSoon = () => {
    stopCounts ??= time.after(COUNTS_MS, () => {
      stopCounts = null
      void loadCounts()
    })
  }

  const concerns = (ticket: StaffView) => ticket.assigned_to?.id === client.identity.id && !isOver(ticket.status) && ticket.archived_at === null
  const note = (ticket: StaffView) => {
    const taken = tickets.take(ticket)
    // Ignore an outdated ticket, because it may no longer be assigned to this agent.
    if (taken === null) return
    if (concerns(taken)) mine.set(taken.id, taken)
    else mine.delete(taken.id)
    count()
  }
  const count = () => { unread.value = [...mine.values()].filter((one) => isUnread(tickets.marked(one))).length }
  const ringFor = (ticket: StaffView) => { if (!isDisposed) ring({ ticket: ticket.id, number: ticket.ticket_number, subject: ticket.subject }) }

  /** Loads this agent's tickets page by page, until `isEnough` returns true or no page is left. */
  const own = async (isEnough: (tickets: readonly StaffView[]) => boolean): Promise<Result<{ readonly tickets: readonly StaffView[]; readonly isWhole: boolean }>> => {
    const found: StaffView[] = []
    let cursor: string | null = null
    for (let page = 0; page < OWN_PAGES_MAX; page++) {
      const result: Result<Page<StaffView>> = await team.allTickets({ tab: 'active', assigned_to: 'me', limit: LIMITS.list_tickets_max, ...(cursor === null ? {} : { cursor }) })
      if (!result.ok) return result
      found.push(...result.value.items)
      cursor = result.value.next_cursor
      if (cursor === null || isEnough(found)) break
    }
    return { ok: true, value: { tickets: found, isWhole: cursor === null } }
  }
  // All agents receive the same push. Only a load shows whether the ticket is unread for this agent, because pushes contain no read
  // position. One list request covers all pushed tickets, so that a bulk change does not cause one request per ticket.
  const ask = async () => {
    stopAsking = null
    const pushes = new Map(asked)
    asked.clear()
    const result = await own((found) => {
      const ids = new Set(found.map((ticket) => ticket.id))
      return [...pushes.keys()].every((id) => ids.has(id))
    })
    if (isDisposed) return
    if (!result.ok) {
      // The request failed. Request these tickets again after `COUNTS_MS`, together with tickets that are pushed until then. Otherwise the
      // notifications about these tickets would be lost.
      for (const [id, known] of pushes) asked.set(id, known)
      stopAsking ??= time.after(COUNTS_MS, () => void ask())
      return
    }
    for (const ticket of result.value.tickets) {
      const known = pushes.get(ticket.id)
      if (known === undefined) continue
      const before = mine.get(ticket.id)
      note(ticket)
      take(ticket)
      if (!concerns(ticket) || !isUnread(tickets.marked(ticket))) continue
      const wasUnread = before !== undefined && isUnread(tickets.marked(before))
      if (!wasUnread || pushes.size > ASKED_ALONE || await isOfOthers(ticket.id, known)) ringFor(ticket)
      if (isDisposed) return
    }
  }
  /**
   * Whether another person caused an event after the sequence number `known`. Needed because a ticket that was already unread stays unread
   * after this agent's own change.
   */
  const isOfOthers = async (id: string, known: number) => {
    const since = await client.rest.activity(id, { after: known }, LIMITS.page_events)
    return !since.ok || since.value.events.some((event) => event.actor.id !== client.identity.id)
  }
  const pushed = (ticket: StaffView) => {
    const known = Math.max(told.get(ticket.id) ?? 0, mine.get(ticket.id)?.seq ?? 0)
    if (!concerns(ticket) || ticket.seq <= known) return note(ticket)
    told.set(ticket.id, ticket.seq)
    if (!asked.has(ticket.id)) asked.set(ticket.id, known)
    stopAsking ??= time.after(ASK_MS, () => void ask())
  }
  const heard = (event: HistoryEvent, ticket: TicketView) => {
    if (event.seq <= (told.get(ticket.id) ?? 0)) return
    told.set(ticket.id, event.seq)
    if (ticket.side === 'staff' && concerns(ticket) && event.actor.id !== client.identity.id) ringFor(ticket)
  }

  const reloadReplies = latest(() => team.replies(), (value) => { replies.value = value; hasReplies.value = true })
  const reloadAgents = latest(() => team.agents(), (value) => { agents.value = value })
  // Use the response only if no push has set the statistics yet, because the response may be older than the push.
  const loadStats = latest(() => team.stats(), (value) => { stats.value ??= value })
  /** Loads this agent's tickets, to find changes that were not pushed. */
  const loadOwn = latest(() => {
    before = [...mine.keys()]
    since = new Set()
    return own(() => false)
  }, ({ tickets: found, isWhole }) => {
    for (const ticket of found) {
      // The sequence number has decreased although nothing was pushed. The database was restored, so forget the ticket's state from before
      // the restore.
      if ((tickets.get(ticket.id)?.seq ?? 0) > ticket.seq && since?.has(ticket.id) !== true) {
        tickets.forget(ticket.id)
        for (const one of [mine, told, asked]) one.delete(ticket.id)
      }
      note(ticket)
    }
    const ids = new Set(found.map((ticket) => ticket.id))
    if (isWhole) for (const id of before) if (!ids.has(id) && since?.has(id) !== true) mine.delete(id)
    since = null
    count()
  })
  const load = () => { for (const one of [loadCounts, reloadReplies, loadOwn, loadStats, reloadAgents]) void one() }
  const disposers = [
    client.session.inbox({
      frame(frame) {
        for (const ticket of frame.tickets) {
          since?.add(ticket.id)
          pushed(ticket)
        }
        if (frame.stats !== null) stats.value = frame.stats
        countsSoon()
      },
      began: load,
    }),
  ]
  return {
    stats, counts, agents, replies, hasReplies, unread, reloadReplies, reloadAgents,
    heard,
    saw: (ticket) => note({ ...ticket, read_seq: isSeen() ? ticket.seq : ticket.read_seq }),
    dispose() {
      isDisposed = true
      stopCounts?.()
      stopAsking?.()
      for (const stop of stops) stop()
      for (const dispose of disposers) dispose()
    },
  }
}
