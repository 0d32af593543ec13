// What the console knows beside its list: figures, counts of the views, the agents, what concerns this agent, saved replies.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { Agent } from '../protocol/decode-team.ts'
import type { SavedReply, TicketCounts, TicketStats } from '../protocol/generated.ts'
import type { StaffView } from '../protocol/model.ts'
import { isOver } from '../protocol/words.ts'
import type { TeamRest } from '../rest/team.ts'
import type { News } from './attention.ts'
import { clock } from './browser.ts'
import type { Desk } from './desk.ts'

export interface TeamDesk {
  readonly stats: ReadonlySignal<TicketStats | null>
  readonly counts: ReadonlySignal<TicketCounts | null>
  readonly agents: ReadonlySignal<readonly Agent[]>
  readonly replies: ReadonlySignal<readonly SavedReply[]>
  /** How many tickets of this agent have something unread. */
  readonly unread: ReadonlySignal<number>
  /** The agent has read a ticket as far as this state of it. */
  saw(ticket: StaffView): void
  reloadReplies(): Promise<void>
  dispose(): void
}

/** Counts cost a query: they follow the news, but not each of them. */
const COUNTS_MS = 1_500

export function createTeamDesk(desk: Desk, team: TeamRest, ring: (news: News) => void): TeamDesk {
  const stats = signal<TicketStats | null>(null)
  const counts = signal<TicketCounts | null>(null)
  const agents = signal<readonly Agent[]>([])
  const replies = signal<readonly SavedReply[]>([])
  const unread = signal(0)
  const mine = new Map<string, StaffView>()
  let stopCounts: (() => void) | null = null

  const loadCounts = async () => {
    stopCounts = null
    const result = await team.counts()
    if (result.ok) counts.value = result.value
  }
  const countsSoon = () => { stopCounts ??= clock.after(COUNTS_MS, () => void loadCounts()) }

  const concerns = (ticket: StaffView) => ticket.assigned_to?.id === desk.identity.id && !isOver(ticket.status) && ticket.archived_at === null
  const note = (ticket: StaffView, isNews: boolean) => {
    const before = mine.get(ticket.id)
    if (before !== undefined && before.seq > ticket.seq) return
    if (concerns(ticket)) mine.set(ticket.id, { ...ticket, read_seq: Math.max(ticket.read_seq, before?.read_seq ?? 0) })
    else mine.delete(ticket.id)
    unread.value = [...mine.values()].filter((one) => one.seq > one.read_seq).length
    // The customer moved it: an agent's own doing marks it read.
    if (isNews && concerns(ticket) && ticket.seq > Math.max(ticket.read_seq, before?.seq ?? 0)) ring({ ticket: ticket.id, number: ticket.ticket_number, subject: ticket.subject })
  }

  const reloadReplies = async () => {
    const result = await team.replies()
    if (result.ok) replies.value = result.value
  }
  const load = async () => {
    void loadCounts()
    void reloadReplies()
    const [figures, staff, own] = await Promise.all([team.stats(), team.agents(), team.allTickets({ tab: 'active', assigned_to: 'me', limit: 100 })])
    // Only until the first push: an answer that was asked for before it, and comes after it, would bring back older figures.
    if (figures.ok && stats.value === null) stats.value = figures.value
    if (staff.ok) agents.value = staff.value
    if (own.ok) for (const ticket of own.value.items) note(ticket, false)
  }
  const disposers = [
    desk.session.inbox((frame) => {
      for (const ticket of frame.tickets) note(ticket, true)
      if (frame.stats !== null) stats.value = frame.stats
      countsSoon()
    }),
    desk.live.subscribe((live) => { if (live) void load() }),
  ]
  return {
    stats, counts, agents, replies, unread, reloadReplies,
    saw: (ticket) => note({ ...ticket, read_seq: document.visibilityState === 'visible' ? ticket.seq : ticket.read_seq }, false),
    dispose() {
      stopCounts?.()
      for (const dispose of disposers) dispose()
    },
  }
}
