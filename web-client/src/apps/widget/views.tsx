// The widget's view of one ticket.

import { useSignal, type ReadonlySignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useMemo } from 'preact/hooks'
import type { Client } from '../../client/client.ts'
import type { FirstRest } from '../../client/person.ts'
import { isVisible } from '../../client/visibility.ts'
import type { TicketListener, TicketStore } from '../../client/ticket.ts'
import type { TicketView } from '../../protocol/model.ts'
import { isOver } from '../../protocol/words.ts'
import { t } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { OwnStatusBadge } from '../../ui/badges.tsx'
import { Composer, type Wanted } from '../../ui/composer.tsx'
import { bodyBytesMax } from '../../ui/limits.ts'
import { Empty, ProblemLine } from '../../ui/feedback.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { lazy } from '../../ui/lazy.tsx'
import { Expect } from '../../ui/expect.tsx'
import { FaultLine } from '../../ui/fault-line.tsx'
import { MessageList } from '../../ui/message-list.tsx'
import { useTicket } from '../../ui/use-ticket.ts'
import { isWritable } from '../../ui/writable.ts'
import type { Own } from './own.tsx'

const ClosedNotice = lazy(async () => (await import('../../ui/closed-notice.tsx')).ClosedNotice, 1)

/** The rating form. It is loaded when the customer is first asked for a rating. */
const RatingForm = lazy(async () => (await import('./rating.tsx')).RatingForm)

interface RoomProps {
  readonly client: Client
  /** The person's tickets. Null until they have been loaded. */
  readonly own: ReadonlySignal<Own | null>
  readonly availability: FirstRest['availability']
  readonly place: string
  /** What to show until the ticket is loaded. */
  readonly meanwhile: ComponentChildren
  /** Called with the ticket's number when the team has replied in this ticket. */
  readonly ring: (number: string) => void
}

export function Room({ client, own, availability, place, meanwhile, ring }: RoomProps) {
  const shown = useSignal<TicketView | null>(null)
  const listener = useMemo((): TicketListener => ({
    ticket(ticket) {
      shown.value = ticket
      own.peek()?.tickets.setOpen(ticket.id)
      own.peek()?.tickets.take(ticket)
    },
    event(event, ticket) { if (event.kind === 'message_added' && event.actor.type !== 'customer') ring(ticket.ticket_number) },
  }), [own, shown, ring])
  const store = useTicket(client, place, listener)
  useEffect(() => {
    const stop = own.subscribe((came) => {
      const ticket = shown.peek()
      if (came === null || ticket === null) return
      came.tickets.setOpen(ticket.id)
      // While the widget is closed, this view's read state may be older than the server's, so do not copy the ticket into the list.
      if (isVisible()) came.tickets.take(ticket)
    })
    return () => {
      stop()
      own.peek()?.tickets.setOpen(null)
    }
  }, [own, shown])
  return store === null ? <OnItsWay meanwhile={meanwhile} /> : <Talk client={client} store={store} availability={availability} meanwhile={meanwhile} />
}

/** The placeholder for a ticket that is loading. `meanwhile` contains its own `main` element. */
function OnItsWay({ meanwhile }: Pick<RoomProps, 'meanwhile'>) {
  return <>{meanwhile ?? <main><Skeleton lines={5} /></main>}</>
}

function Talk({ client, store, availability, meanwhile }: Pick<RoomProps, 'client' | 'availability' | 'meanwhile'> & { readonly store: TicketStore }) {
  const opening = store.opening.value
  const wanted = useSignal<Wanted | null>(null)
  switch (opening.kind) {
    case 'loading': return <OnItsWay meanwhile={meanwhile} />
    case 'failed': return (
      <main class="ticket">
        {opening.problem.code === 'not_found' ? <Empty testid={T.ticketMissing}>{t('ticket.missing')}</Empty> : <ProblemLine problem={opening.problem} onRetry={() => store.reload()} />}
      </main>
    )
    case 'open': {
      const { ticket, reader } = opening
      return (
        <main class="ticket" data-testid={T.ticket} data-number={ticket.ticket_number} data-status={ticket.status}>
          <div class="widget-facts">
            <h2 data-testid={T.ticketSubject} dir="auto">{ticket.subject}</h2>
            <OwnStatusBadge status={ticket.status} testid={T.ticketStatus} />
          </div>
          <FaultLine store={store} />
          <MessageList store={store} ticket={ticket.id} reader={reader} nameById={() => null} wanted={wanted} />
          <Expect client={client} availability={availability} ticket={ticket} back="expect.back_widget" />
          {isOver(ticket.status) && ticket.archived_at === null && ticket.side === 'customer' && <RatingForm store={store} ticket={ticket} />}
          {isWritable(ticket) ? <Composer store={store} ticket={ticket.id} reader={reader} bodyBytesMax={bodyBytesMax(client)} wanted={wanted} /> : <ClosedNotice ticket={ticket} store={store} />}
        </main>
      )
    }
  }
}
