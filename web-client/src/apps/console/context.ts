// State that all parts of the console share: the stores, the keyboard cursor, the selection, and which overlay is open.

import { computed, useSignal, type ReadonlySignal, type Signal } from '@preact/signals'
import { useCallback, useEffect, useMemo, useRef } from 'preact/hooks'
import { createAlerts } from '../../client/alerts.ts'
import { clock } from '../../client/browser.ts'
import { createBell, openTabs } from '../../client/notifications.ts'
import type { Client } from '../../client/client.ts'
import { onStored } from '../../client/on-stored.ts'
import { onWindow } from '../../client/on-window.ts'
import type { Mode } from '../../client/drafts.ts'
import { filtersOf, queryOf } from '../../client/filters.ts'
import { createInbox, type Inbox } from '../../client/inbox.ts'
import { hasOwnQuery, type Router } from '../../client/memory-router.ts'
import type { Preferences } from '../../client/preferences.ts'
import { isVisible } from '../../client/visibility.ts'
import { createSelection, type Selection } from '../../client/selection.ts'
import { createTeamStore, type TeamStore } from '../../client/team-store.ts'
import { createTeam } from '../../client/team.ts'
import { createTicketCollection, type TicketCollection } from '../../client/ticket-collection.ts'
import { isUnread } from '../../client/unread.ts'
import type { TicketListener, TicketStore } from '../../client/ticket.ts'
import { createUnreadMarks, type UnreadMarks } from '../../client/unread-marks.ts'
import type { Wanted } from '../../ui/composer.tsx'
import type { StaffView } from '../../protocol/model.ts'
import type { AppProps } from '../../ui/mount-app.tsx'
import { idOf, useTicket } from '../../ui/use-ticket.ts'
import { movedTo } from './moved.ts'

type Overlay = 'palette' | 'keys' | 'tour' | null

export interface ConsoleContext {
  readonly client: Client
  readonly rest: ReturnType<typeof createTeam>
  readonly preferences: Preferences
  readonly inbox: Inbox
  readonly team: TeamStore
  readonly store: TicketStore | null
  /** The path below the console's own path: a ticket number, the path of a screen, or empty. */
  readonly place: string
  /** Id of the ticket whose row has the keyboard cursor, or null. */
  readonly cursor: Signal<string | null>
  /** True while the keyboard cursor has moved to a row that has not received the focus yet. */
  readonly arriving: { current: boolean }
  readonly selection: Selection
  readonly overlay: Signal<Overlay>
  readonly mode: Signal<Mode>
  /** A request to put the text cursor into one ticket's composer. That composer sets the signal to null when it has done so. */
  readonly wanted: Signal<Wanted | null>
  /** Whether single keys are shortcuts. The person sets this in the preferences. */
  readonly keys: ReadonlySignal<boolean>
  /** Number of tickets with unread events. */
  readonly unread: ReadonlySignal<number>
  /** The tickets that the agent has marked as unread. */
  readonly marks: UnreadMarks
  readonly searchRef: { current: HTMLInputElement | null }
  open(overlay: Overlay): void
  go(place: string): void
  href(place: string): string
  /** Navigates to a path without adding an entry to the browser's history. */
  replace(place: string): void
  /** The query of the page's address. Screens with filters store their filters in it. */
  readonly query: URLSearchParams
  setQuery(query: URLSearchParams): void
  /** Returns the latest context. Asynchronous code uses it, because its own context may be outdated after an `await`. */
  now(): ConsoleContext
}

export function useConsole({ client, router, preferences }: AppProps): ConsoleContext {
  const rest = useMemo(() => createTeam(client), [client])
  // The list and the unread counter share one ticket collection, so that a ticket loaded by either of them is up to date in both.
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- a new client means that another person signed in: start with an empty collection
  const tickets = useMemo(() => createTicketCollection<StaffView>(), [client])
  const inbox = useInbox(client, rest, router, tickets)
  const now = useRef<ConsoleContext | null>(null)
  const isOnScreen = useCallback((ticket: string) => isVisible() && document.hasFocus() && idOf(now.current?.store ?? null) === ticket, [])
  const bell = useMemo(() => createBell({ preferences, open: (number) => router.go(number), tabs: openTabs(client.identity.id), isOnScreen, isAlways: () => client.habits.when.peek() === 'always' }), [client, preferences, router, isOnScreen])
  useEffect(() => () => bell.dispose(), [bell])
  const team = useMemo(() => createTeamStore(client, rest, bell.ring, inbox.take, clock, tickets), [client, rest, bell, inbox, tickets])
  useEffect(() => () => team.dispose(), [team])
  const alerts = useMemo(() => createAlerts({ ...client, team: rest, wanted: client.habits.alerts, ring: bell.ring, isOnScreen }), [client, rest, bell, isOnScreen])
  useEffect(() => () => alerts.dispose(), [alerts])
  const { rest: named, query } = router.place.value
  const moved = movedTo(named)
  useEffect(() => { if (moved !== null) router.replace(moved) }, [moved, router])
  const place = moved ?? named
  const ref = hasOwnQuery(place) ? '' : place
  const marks = useMemo(() => createUnreadMarks(client.identity.id, client.storage), [client])
  useEffect(() => onStored(marks.changedElsewhere), [marks])
  const unread = useMemo(() => computed(() => {
    void inbox.version.value
    const isOnlyMarked = (id: string) => {
      const ticket = inbox.ticket(id)
      return ticket === undefined || !isUnread(ticket)
    }
    // `team.unread` already includes the unread tickets that are assigned to this agent, so the sum adds only the other unread tickets.
    return team.unread.value + new Set([...marks.ids.value, ...alerts.fresh.value].filter((id) => isOnlyMarked(id) || inbox.ticket(id)?.assigned_to?.id !== client.identity.id)).size
  }), [inbox, team, marks, alerts, client])
  const listener = useMemo((): TicketListener => ({
    opened(ticket) {
      marks.clear(ticket.id)
      alerts.saw(ticket.id)
    },
    ticket(ticket) {
      inbox.setOpen(ticket.id)
      inbox.take(ticket)
      if (ticket.side === 'staff') team.saw(ticket)
    },
    event: team.heard,
  }), [inbox, team, marks, alerts])
  const store = useTicket(client, ref, listener)
  const cursor = useSignal<string | null>(null)
  const arriving = useRef(false)
  const selection = useMemo(() => createSelection(rest, inbox, async (patch, before) => {
    const { changedMany } = await import('./bulk/undo.ts')
    await changedMany({ client, rest, inbox, now: tickets.get }, patch, before)
  }), [client, rest, inbox, tickets])
  useEffect(() => () => selection.dispose(), [selection])
  const overlay = useSignal<Overlay>(null)
  const mode = useSignal<Mode>('message')
  const wanted = useSignal<Wanted | null>(null)
  const searchRef = useRef<HTMLInputElement | null>(null)
  useEffect(() => {
    if (ref === '') inbox.setOpen(null)
    mode.value = 'message'
  }, [ref, inbox, mode])
  useReadOnReturn(store, listener)
  const context: ConsoleContext = {
    client, rest, preferences, inbox, team, store, place, cursor, arriving, selection, overlay, mode, wanted, unread, query, marks, keys: preferences.keys, searchRef,
    open: (next) => { overlay.value = next },
    go: (next) => router.go(next),
    href: router.href,
    replace: (next) => router.replace(next),
    setQuery: (next) => router.setQuery(next),
    now: () => now.current ?? context,
  }
  now.current = context
  return context
}

/** When the tab becomes visible again, marks the open ticket as read in the list and in the tab's title. */
function useReadOnReturn(store: TicketStore | null, listener: TicketListener): void {
  useEffect(() => onWindow('visibilitychange', () => {
    const opening = store?.opening.peek()
    if (opening?.kind !== 'open' || !isVisible()) return
    listener.ticket(opening.ticket)
    // Some changes produce no event, for example a customer's new name, so fetch the ticket again.
    store?.reload()
  }), [store, listener])
}

/** Creates the inbox, and keeps its filters equal to the query of the page's address, also when the person goes back or forward. */
function useInbox(client: Client, rest: ReturnType<typeof createTeam>, router: Router, tickets: TicketCollection<StaffView>): Inbox {
  const inbox = useMemo(() => createInbox(client, rest, filtersOf(listQuery(router) ?? new URLSearchParams()), clock, tickets), [client, rest, router, tickets])
  useEffect(() => () => inbox.dispose(), [inbox])
  useEffect(() => inbox.filters.subscribe((filters) => {
    const [query, shown] = [queryOf(filters), listQuery(router)]
    if (shown !== null && query.toString() !== queryOf(filtersOf(shown)).toString()) router.setQuery(query)
  }), [inbox, router])
  useEffect(() => router.place.subscribe(() => {
    const query = listQuery(router)
    if (query === null) return
    const filters = filtersOf(query)
    if (queryOf(filters).toString() !== queryOf(inbox.filters.peek()).toString()) inbox.filter(filters)
  }), [inbox, router])
  return inbox
}

/** The query of the address if it contains the list's filters, or null on a screen that uses the query for its own filters. */
function listQuery(router: Router): URLSearchParams | null {
  const { rest, query } = router.place.peek()
  return hasOwnQuery(rest) ? null : query
}
