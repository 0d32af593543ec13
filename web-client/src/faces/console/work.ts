// What the console's parts share: the stores, the cursor in the list, the selection, what lies over the page.

import { useSignal, type Signal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { createBell, openTabs } from '../../app/attention.ts'
import type { Desk } from '../../app/desk.ts'
import type { Mode } from '../../app/drafts.ts'
import { filtersOf, queryOf } from '../../app/filters.ts'
import type { HoursDraft } from '../../app/hours.ts'
import { createInbox, type Inbox } from '../../app/inbox.ts'
import type { Router } from '../../app/router.ts'
import { createTeamDesk, type TeamDesk } from '../../app/team-desk.ts'
import { createTeam } from '../../app/team.ts'
import type { TicketListener, TicketStore } from '../../app/ticket.ts'
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
  readonly selected: Signal<ReadonlySet<string>>
  readonly overlay: Signal<Overlay>
  readonly mode: Signal<Mode>
  /** Rises whenever the composer is wanted. */
  readonly composer: Signal<number>
  /** Opening hours that were changed and not saved yet. */
  readonly hours: Signal<HoursDraft | null>
  readonly searchRef: { current: HTMLInputElement | null }
  open(overlay: Overlay): void
  go(place: string): void
  href(place: string): string
  write(mode: Mode): void
  toggle(id: string): void
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
  const selected = useSignal<ReadonlySet<string>>(new Set<string>())
  const overlay = useSignal<Overlay>(null)
  const mode = useSignal<Mode>('message')
  const composer = useSignal(0)
  const hours = useSignal<HoursDraft | null>(null)
  const searchRef = useRef<HTMLInputElement | null>(null)
  useEffect(() => {
    if (ref === '') inbox.setOpen(null)
    mode.value = 'message'
  }, [ref, inbox, mode])
  return {
    desk, rest, inbox, team, store, place, cursor, selected, overlay, mode, composer, hours, searchRef,
    open: (next) => { overlay.value = next },
    go: (next) => router.go(next),
    href: router.href,
    write(next) {
      mode.value = next
      composer.value++
    },
    toggle(id) {
      const next = new Set(selected.value)
      if (!next.delete(id)) next.add(id)
      selected.value = next
    },
  }
}

/** The inbox under the filters of the address bar, which follows it. */
function useInbox(desk: Desk, rest: ReturnType<typeof createTeam>, router: Router): Inbox {
  const inbox = useMemo(() => createInbox(desk, rest, filtersOf(router.place.peek().query)), [desk, rest, router])
  useEffect(() => () => inbox.dispose(), [inbox])
  useEffect(() => inbox.filters.subscribe((filters) => {
    const query = queryOf(filters)
    if (query.toString() !== queryOf(filtersOf(router.place.peek().query)).toString()) router.setQuery(query)
  }), [inbox, router])
  return inbox
}
