// What the console knows beside its list: figures, counts of the views, the agents, what concerns this agent, saved replies.

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
  /** Whether they could be had: until then nothing says that there are none. */
  readonly hasReplies: ReadonlySignal<boolean>
  /** How many tickets of this agent have something unread. */
  readonly unread: ReadonlySignal<number>
  /** The agent has read a ticket as far as this state of it. */
  saw(ticket: StaffView): void
  /** Something happened on the open ticket, which listens for itself. */
  heard(event: HistoryEvent, ticket: TicketView): void
  reloadReplies(): Promise<void>
  reloadAgents(): Promise<void>
  dispose(): void
}

/** Counts cost a query: they follow the news, but not each of them. */
const COUNTS_MS = 1_500
/** What concerns an agent is among so many of their own, the latest first: pages of them. */
const OWN_PAGES_MAX = 10
/** More tickets at once are rung for without asking about each. */
const ASKED_ALONE = 3
/** Pushes within this are asked about once, all of them together. */
const ASK_MS = 400
/** What could not be had is asked for again no sooner. */
const RETRY_MS = 3_000

/** What of a desk, and of REST, it needs. */
export interface TeamOf {
  readonly identity: Pick<Client['identity'], 'id'>
  readonly rest: Pick<Client['rest'], 'activity'>
  readonly session: Pick<Client['session'], 'inbox'>
  readonly live: Client['live']
}
export type TeamOfRest = Pick<TeamRest, 'allTickets' | 'stats' | 'counts' | 'agents' | 'replies'>

/** `take` gets each ticket of this agent as the record tells it, with how far they have read. */
export function createTeamStore(client: TeamOf, team: TeamOfRest, ring: (news: News) => void, take: (ticket: TicketView) => void, time: Clock = clock, tickets: TicketCollection<StaffView> = createTicketCollection(), isSeen: () => boolean = isVisible): TeamStore {
  const stats = signal<TicketStats | null>(null)
  const counts = signal<TicketCounts | null>(null)
  const agents = signal<readonly Agent[]>([])
  const replies = signal<readonly SavedReply[]>([])
  const hasReplies = signal(false)
  const unread = signal(0)
  /** This agent's tickets, as far as it was looked at what they bring: a push may still be their own doing. */
  const mine = new Map<string, StaffView>()
  /** How far each ticket has been rung for, or been found not to be worth it. */
  const told = new Map<string, number>()
  /** Pushed, and not yet asked about: from where each was known. */
  const asked = new Map<string, number>()
  const stops = new Set<() => void>()
  /** This agent's tickets when they were last asked for, and what was pushed since. */
  let before: readonly string[] = []
  let since: Set<string> | null = null
  let stopAsking: (() => void) | null = null
  let stopCounts: (() => void) | null = null
  let isDisposed = false

  /** Answers overtake each other: only the one that was asked for last counts. One that fails is asked for again while the connection stands. */
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
    // An answer that was read before brings back no ticket that has ceased to concern this agent.
    if (taken === null) return
    if (concerns(taken)) mine.set(taken.id, taken)
    else mine.delete(taken.id)
    count()
  }
  const count = () => { unread.value = [...mine.values()].filter((one) => isUnread(tickets.marked(one))).length }
  const ringFor = (ticket: StaffView) => { if (!isDisposed) ring({ ticket: ticket.id, number: ticket.ticket_number, subject: ticket.subject }) }

  /** This agent's tickets, page by page until there is enough. */
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
  // A push is the same for everybody: whether it brings this agent news, or their own doing, the record tells, which counts that as read.
  // One list for however many pushes: nobody opens those tickets, and a bulk change is no flood of questions.
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
      // Asked again, together with what is pushed meanwhile: news must not be lost to a busy moment.
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
  /** Behind something unread, one's own doing does not show as read: the rows tell. */
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
  // Only until the first push: an answer that was asked for before it, and comes after it, would bring back older figures.
  const loadStats = latest(() => team.stats(), (value) => { stats.value ??= value })
  /** What became of this agent's tickets unheard shows here. */
  const loadOwn = latest(() => {
    before = [...mine.keys()]
    since = new Set()
    return own(() => false)
  }, ({ tickets: found, isWhole }) => {
    for (const ticket of found) {
      // Nothing was pushed meanwhile, and yet its number is lower: the database was restored, and what was known is of another history.
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
