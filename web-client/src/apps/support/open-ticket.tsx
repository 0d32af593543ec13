import { useSignal } from '@preact/signals'
import { useState } from 'preact/hooks'
import type { Client } from '../../client/client.ts'
import type { TicketStore } from '../../client/ticket.ts'
import type { TicketView } from '../../protocol/model.ts'
import { isOver } from '../../protocol/words.ts'
import { t } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { useArrival } from '../../ui/arrival.ts'
import { isPressing, OwnStatusBadge, PriorityBadge } from '../../ui/badges.tsx'
import { Composer, type Wanted } from '../../ui/composer.tsx'
import { EnterHint } from '../../ui/enter-hint.tsx'
import { Empty, ProblemLine, Unopened } from '../../ui/feedback.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Icon } from '../../ui/icon.tsx'
import { bodyBytesMax } from '../../ui/limits.ts'
import { lazy } from '../../ui/lazy.tsx'
import { ClosedNotice } from '../../ui/closed-notice.tsx'
import { isWritable } from '../../ui/writable.ts'
import { Expect } from '../../ui/expect.tsx'
import { FaultLine } from '../../ui/fault-line.tsx'
import { MessageList } from '../../ui/message-list.tsx'
import { CustomerDetails } from './details.tsx'

const RatingForm = lazy(async () => (await import('../../ui/rating.tsx')).RatingForm, 1)

interface OpenProps {
  readonly client: Client
  readonly store: TicketStore
  readonly onBack: () => void
}

export function OpenTicket({ client, store, onBack }: OpenProps) {
  const opening = store.opening.value
  const wanted = useSignal<Wanted | null>(null)
  const [details, setDetails] = useState(false)
  switch (opening.kind) {
    case 'loading': return <Unopened><Skeleton lines={6} /></Unopened>
    case 'failed':
      return opening.problem.code === 'not_found'
        ? <Unopened><Empty icon="search" testid={T.ticketMissing} action={{ label: t('ticket.to_list'), run: onBack, testid: T.back }}>{t('ticket.missing')}</Empty></Unopened>
        : <Unopened><ProblemLine problem={opening.problem} onRetry={() => store.reload()} /></Unopened>
    case 'open': {
      const { ticket, reader } = opening
      return (
        <section class={`ticket with-details ${details ? 'details-open' : ''}`} data-testid={T.ticket} data-number={ticket.ticket_number} data-status={ticket.status} aria-label={ticket.subject}>
          <Head ticket={ticket} store={store} onBack={onBack} details={details} onDetails={() => setDetails(!details)} />
          <FaultLine store={store} />
          <MessageList store={store} ticket={ticket.id} reader={reader} nameById={() => null} wanted={wanted} />
          <div class="foot">
            <Expect client={client} availability={client.rest.availability} ticket={ticket} back="expect.back" />
            {isOver(ticket.status) && ticket.archived_at === null && ticket.side === 'customer' && <RatingForm store={store} ticket={ticket} />}
            {isWritable(ticket)
              ? <Composer store={store} ticket={ticket.id} reader={reader} bodyBytesMax={bodyBytesMax(client)} wanted={wanted} hint={<EnterHint habits={client.habits} />} />
              : <ClosedNotice ticket={ticket} store={store} />}
          </div>
          <CustomerDetails ticket={ticket} store={store} reader={reader} />
        </section>
      )
    }
  }
}

interface HeadProps {
  readonly ticket: TicketView
  readonly store: TicketStore
  readonly onBack: () => void
  readonly details: boolean
  readonly onDetails: () => void
}

function Head({ ticket, store, onBack, details, onDetails }: HeadProps) {
  return (
    <header class="ticket-head">
      <button type="button" class="quiet icon-button back" aria-label={t('app.back')} data-testid={T.back} onClick={onBack}><Icon name="back" /></button>
      <div class="titles">
        <h1 ref={useArrival()} tabIndex={-1} data-testid={T.ticketSubject} dir="auto">{ticket.subject}</h1>
        <p class="facts">
          <span class="number" data-testid={T.ticketNumber}>{ticket.ticket_number}</span>
          <OwnStatusBadge status={ticket.status} testid={T.ticketStatus} />
          {isPressing(ticket.priority) && <PriorityBadge priority={ticket.priority} testid={T.ticketPriority} />}
        </p>
      </div>
      {isWritable(ticket) && (
        <button type="button" class="quiet" data-testid={T.ticketClose} onClick={() => void store.change({ status: 'closed' })}>{t('ticket.close')}</button>
      )}
      <button type="button" class="quiet icon-button details-toggle" aria-expanded={details} aria-label={t('details.show')} title={t('details.show')} data-testid={T.detailsToggle} onClick={onDetails}><Icon name="panel" /></button>
    </header>
  )
}
