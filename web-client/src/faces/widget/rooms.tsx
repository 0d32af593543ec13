// The widget's other rooms: a ticket, and a ticket being described.

import '../../strings/ticket.ts'
import '../../ui/styles/form.css'
import '../../ui/styles/thread.css'
import { useSignal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import type { Desk } from '../../app/desk.ts'
import { openDrafts } from '../../app/drafts.ts'
import type { OwnTickets } from '../../app/own-tickets.ts'
import type { Router } from '../../app/router.ts'
import type { TicketListener, TicketStore } from '../../app/ticket.ts'
import { isOver } from '../../protocol/words.ts'
import { t } from '../../strings/index.ts'
import { T } from '../../testids.ts'
import { PriorityBadge, StatusBadge } from '../../ui/badges.tsx'
import { prepareMarkdown } from '../../ui/body.tsx'
import { Composer, type Wanted } from '../../ui/composer.tsx'
import { bodyBytesMax } from '../../ui/limits.ts'
import { NewTicketForm } from '../../ui/new-ticket.tsx'
import { Empty, ProblemLine, Skeleton } from '../../ui/plain.tsx'
import { RatingForm } from '../../ui/rating.tsx'
import { isWritable, Shut } from '../../ui/shut.tsx'
import { FaultLine } from '../../ui/fault-line.tsx'
import { Thread } from '../../ui/thread.tsx'
import { useTicket } from '../../ui/use-ticket.ts'

export interface RoomProps {
  readonly desk: Desk
  readonly tickets: OwnTickets
  readonly router: Router
  readonly place: string
}

export function Room(props: RoomProps) {
  const { desk, tickets, router, place } = props
  useMemo(() => openDrafts(desk.identity.id), [desk])
  if (place !== 'new') return <OpenTicket {...props} />
  const created = (number: string) => {
    tickets.pick('active')
    tickets.reload()
    router.go(number)
  }
  return <main class="widget-body"><NewTicketForm desk={desk} onCreated={created} onCancel={() => router.go('')} /></main>
}

function OpenTicket({ desk, tickets, place }: RoomProps) {
  const listener = useMemo((): TicketListener => ({
    ticket(ticket) {
      tickets.setOpen(ticket.id)
      tickets.take(ticket)
    },
    event() {},
  }), [tickets])
  const store = useTicket(desk, place, listener)
  useEffect(() => {
    prepareMarkdown()
    return () => tickets.setOpen(null)
  }, [tickets])
  return store === null ? <Skeleton lines={5} /> : <Talk desk={desk} store={store} />
}

function Talk({ desk, store }: { readonly desk: Desk; readonly store: TicketStore }) {
  const opening = store.opening.value
  const wanted = useSignal<Wanted | null>(null)
  switch (opening.kind) {
    case 'loading': return <Skeleton lines={5} />
    case 'failed': return opening.problem.code === 'not_found' ? <Empty testid={T.ticketMissing}>{t('ticket.missing')}</Empty> : <ProblemLine problem={opening.problem} onRetry={() => store.reload()} />
    case 'open': {
      const { ticket, reader } = opening
      return (
        <main class="ticket" data-testid={T.ticket} data-number={ticket.ticket_number} data-status={ticket.status}>
          <div class="widget-facts">
            <h2 data-testid={T.ticketSubject} dir="auto">{ticket.subject}</h2>
            <p class="facts"><StatusBadge status={ticket.status} testid={T.ticketStatus} /><PriorityBadge priority={ticket.priority} testid={T.ticketPriority} /></p>
          </div>
          <FaultLine store={store} />
          <Thread store={store} ticket={ticket.id} reader={reader} nameById={() => null} wanted={wanted} />
          {isOver(ticket.status) && ticket.archived_at === null && ticket.side === 'customer' && <RatingForm store={store} ticket={ticket} />}
          {isWritable(ticket) ? <Composer store={store} ticket={ticket.id} reader={reader} bodyBytesMax={bodyBytesMax(desk)} wanted={wanted} /> : <Shut ticket={ticket} store={store} />}
        </main>
      )
    }
  }
}
