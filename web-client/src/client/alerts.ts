// Alerts for the whole support team: new unassigned tickets, and tickets that have become urgent.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { Clock } from '../connection/transport.ts'
import { LIMITS } from '../protocol/generated.ts'
import type { StaffView } from '../protocol/model.ts'
import { isOver } from '../protocol/words.ts'
import type { TeamRest } from '../rest/team.ts'
import type { News } from './notifications.ts'
import { clock } from './browser.ts'
import type { Client } from './client.ts'
import type { Alert } from './habits.ts'
import { compareTimes } from './sorted-list.ts'

export interface Alerts {
  /** Ids of tickets with an active alert. An alert ends when this person opens the ticket, or when a team member takes or finishes the ticket. */
  readonly fresh: ReadonlySignal<ReadonlySet<string>>
  /** Call when this person has opened the ticket: ends its alert. */
  saw(ticket: string): void
  dispose(): void
}

export interface AlertsParts {
  readonly identity: Pick<Client['identity'], 'id'>
  readonly session: Pick<Client['session'], 'inbox'>
  readonly rest: Pick<Client['rest'], 'activity'>
  readonly team: Pick<TeamRest, 'allTickets'>
  readonly wanted: ReadonlySignal<readonly Alert[]>
  readonly ring: (news: News) => void
  /** Whether this person is looking at the ticket right now. */
  readonly isOnScreen: (ticket: string) => boolean
  readonly time?: Clock
}

/** The number of recent history events in which to look for the person who made a ticket urgent. */
const CHANGES = 10
const RETRY_MS = 3_000

export function createAlerts({ identity, session, rest, team, wanted, ring, isOnScreen, time = clock }: AlertsParts): Alerts {
  const fresh = signal<ReadonlySet<string>>(new Set())
  /**
   * The creation time, by the server's clock, of the newest ticket when tickets were loaded for the first time. Only tickets created or
   * made urgent after this time raise alerts.
   */
  let known: string | null = null
  let urgent: Set<string> | null = null
  const told = new Set<string>()
  /**
   * Each ticket's assignee (user id) when its alert was raised. If the assignee has changed since then, a team member has taken the ticket.
   */
  const assignees = new Map<string, string | null>()
  let isDisposed = false
  let stopWaiting = () => {}

  const isActive = (ticket: StaffView) => !isOver(ticket.status) && ticket.archived_at === null
  const put = (id: string, on: boolean) => {
    if (fresh.peek().has(id) === on) return
    const next = new Set(fresh.peek())
    if (on) next.add(id)
    else next.delete(id)
    fresh.value = next
  }
  const alert = (ticket: StaffView, kind: Alert) => {
    if (!wanted.peek().includes(kind) || isOnScreen(ticket.id)) return
    put(ticket.id, true)
    assignees.set(ticket.id, ticket.assigned_to?.id ?? null)
    ring({ ticket: ticket.id, number: ticket.ticket_number, subject: ticket.subject, kind })
  }
  const becameUrgent = async (ticket: StaffView) => {
    const changes = await rest.activity(ticket.id, { before: ticket.seq + 1 }, CHANGES)
    if (isDisposed) return
    // The ticket's history could not be loaded. Forget that the ticket is urgent, so that the ticket's next update loads the history again.
    if (!changes.ok) return void urgent?.delete(ticket.id)
    const last = changes.value.events.findLast((event) => event.kind === 'priority_changed')
    // No alert for this person's own change, or for a change made before the tickets were loaded for the first time.
    if (last !== undefined && known !== null && compareTimes(last.at, known) > 0 && last.actor.id !== identity.id) alert(ticket, 'urgent')
  }
  const judge = (ticket: StaffView) => {
    const isTaken = ticket.assigned_to !== null && (ticket.priority !== 'urgent' || ticket.assigned_to.id !== assignees.get(ticket.id))
    if (!isActive(ticket) || isTaken) put(ticket.id, false)
    if (known === null || urgent === null) return
    const isNew = compareTimes(ticket.created_at, known) > 0 && !told.has(ticket.id)
    const isNewlyUrgent = isActive(ticket) && ticket.priority === 'urgent' && !urgent.has(ticket.id)
    told.add(ticket.id)
    if (ticket.priority === 'urgent') urgent.add(ticket.id)
    else urgent.delete(ticket.id)
    if (isNewlyUrgent) void (isNew ? alert(ticket, 'urgent') : becameUrgent(ticket))
    else if (isNew && isActive(ticket) && ticket.assigned_to === null) alert(ticket, 'unassigned')
  }
  /**
   * Loads the newest and the urgent tickets. The first call raises no alerts. Later calls raise alerts for changes that the client missed
   * while it was disconnected.
   */
  const load = async () => {
    stopWaiting()
    const before = [...(urgent ?? [])]
    const [newest, pressing] = await Promise.all([
      team.allTickets({ sort: 'created', limit: LIMITS.list_tickets_max }),
      team.allTickets({ tab: 'active', priority: 'urgent', limit: LIMITS.list_tickets_max }),
    ])
    if (isDisposed) return
    if (!newest.ok || !pressing.ok) {
      stopWaiting = time.after(RETRY_MS, () => void load())
      return
    }
    if (known === null || urgent === null) {
      known = newest.value.items[0]?.created_at ?? '1970-01-01T00:00:00Z'
      urgent = new Set(pressing.value.items.map((ticket) => ticket.id))
      return
    }
    // End the alerts of tickets that are no longer urgent. Such a ticket raises a new alert when it becomes urgent again.
    const there = new Set([...newest.value.items, ...pressing.value.items].map((ticket) => ticket.id))
    for (const id of pressing.value.next_cursor === null ? before.filter((one) => !there.has(one)) : []) {
      urgent.delete(id)
      put(id, false)
    }
    for (const ticket of [...newest.value.items.toReversed(), ...pressing.value.items]) judge(ticket)
  }
  const stop = session.inbox({ frame: (frame) => { for (const ticket of frame.tickets) judge(ticket) }, began: () => void load() })
  return {
    fresh,
    saw: (id) => put(id, false),
    dispose() {
      isDisposed = true
      stop()
      stopWaiting()
    },
  }
}
