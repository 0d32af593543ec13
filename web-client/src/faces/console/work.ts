// What the console's parts share: the stores, the cursor in the list, the selection, what lies over the page.

import { useSignal, type Signal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { createBell, openTabs } from '../../app/attention.ts'
import { onWindow, type Desk } from '../../app/desk.ts'
import type { Mode } from '../../app/drafts.ts'
import { filtersOf, queryOf } from '../../app/filters.ts'
import type { HoursDraft } from '../../app/hours.ts'
import { createInbox, type Inbox } from '../../app/inbox.ts'
import type { Router } from '../../app/router.ts'
import { isSeen } from '../../app/seen.ts'
import { createSelection, type Selection } from '../../app/selection.ts'
import { createTeamDesk, type TeamDesk } from '../../app/team-desk.ts'
import { createTeam } from '../../app/team.ts'
import type { TicketListener, TicketStore } from '../../app/ticket.ts'
import type { Wanted } from '../../ui/composer.tsx'
import type { FaceProps } from '../../ui/root.tsx'
import { useTicket } from '../../ui/use-ticket.ts'

export type Overlay = 'palette' | 'keys' | null

/** Places that are no ticket's. */
export const isScreen = (place: string): boolean => place === 'replies' || place === 'hours'

export interface DeskWork {
  readonly desk: Desk
  readonly rest: ReturnType<typeof createTeam>
  readonly inbox: Inbox
  readonly team: TeamDesk
  readonly store: TicketStore | null
  /** What the address names: a ticket, one of the screens, or nothing. */
  readonly place: string
  /** The row that the keyboard is at. */
  readonly cursor: Signal<string | null>
  /** The focus is on its way to the cursor's row. */
  readonly arriving: { current: boolean }
  readonly selection: Selection
  readonly overlay: Signal<Overlay>
  readonly mode: Signal<Mode>
  /** Where the cursor is wanted among composers. */
  readonly wanted: Signal<Wanted | null>
  /** Opening hours that were changed and not saved yet. */
  readonly hours: Signal<HoursDraft | null>
  readonly searchRef: { current: HTMLInputElement | null }
  open(overlay: Overlay): void
  go(place: string): void
  href(place: string): string
  /** As it stands now, for what goes on after a while. */
  now(): DeskWork
}

export function useDeskWork({ desk, router, looks }: FaceProps): DeskWork {
  const rest = useMemo(() => createTeam(desk), [desk])
  const inbox = useInbox(desk, rest, router)
  const bell = useMemo(() => createBell({ looks, open: (number) => router.go(number), tabs: openTabs(desk.identity.id) }), [desk, looks, router])
  useEffect(() => () => bell.dispose(), [bell])
  const team = useMemo(() => createTeamDesk(desk, rest, bell.ring, inbox.take), [desk, rest, bell, inbox])
  useEffect(() => () => team.dispose(), [team])
  const place = router.place.value.rest
  const ref = isScreen(place) ? '' : place
  const listener = useMemo((): TicketListener => ({
    ticket(ticket) {
      inbox.setOpen(ticket.id)
      inbox.take(ticket)
      if (ticket.side === 'staff') team.saw(ticket)
    },
    event: team.heard,
  }), [inbox, team])
  const store = useTicket(desk, ref, listener)
  const cursor = useSignal<string | null>(null)
  const arriving = useRef(false)
  const selection = useMemo(() => createSelection(rest, inbox), [rest, inbox])
  useEffect(() => () => selection.dispose(), [selection])
  const overlay = useSignal<Overlay>(null)
  const mode = useSignal<Mode>('message')
  const wanted = useSignal<Wanted | null>(null)
  const hours = useSignal<HoursDraft | null>(null)
  const searchRef = useRef<HTMLInputElement | null>(null)
  useEffect(() => {
    if (ref === '') inbox.setOpen(null)
    mode.value = 'message'
  }, [ref, inbox, mode])
  useReadOnReturn(store, listener)
  const now = useRef<DeskWork | null>(null)
  const work: DeskWork = {
    desk, rest, inbox, team, store, place, cursor, arriving, selection, overlay, mode, wanted, hours, searchRef,
    open: (next) => { overlay.value = next },
    go: (next) => router.go(next),
    href: router.href,
    now: () => now.current ?? work,
  }
  now.current = work
  return work
}

/** What came while the tab was hidden counts as read once it is looked at: in the list and in the title as well. */
function useReadOnReturn(store: TicketStore | null, listener: TicketListener): void {
  useEffect(() => onWindow('visibilitychange', () => {
    const opening = store?.opening.peek()
    if (opening?.kind === 'open' && isSeen()) listener.ticket(opening.ticket)
  }), [store, listener])
}

/** The inbox under the filters of the address bar: each follows the other, also back and forward. */
function useInbox(desk: Desk, rest: ReturnType<typeof createTeam>, router: Router): Inbox {
  const inbox = useMemo(() => createInbox(desk, rest, filtersOf(router.place.peek().query)), [desk, rest, router])
  useEffect(() => () => inbox.dispose(), [inbox])
  useEffect(() => inbox.filters.subscribe((filters) => {
    const query = queryOf(filters)
    if (query.toString() !== queryOf(filtersOf(router.place.peek().query)).toString()) router.setQuery(query)
  }), [inbox, router])
  useEffect(() => router.place.subscribe(({ query }) => {
    const filters = filtersOf(query)
    if (queryOf(filters).toString() !== queryOf(inbox.filters.peek()).toString()) inbox.filter(filters)
  }), [inbox, router])
  return inbox
}
