import type { Desk } from '../../app/desk.ts'
import type { TicketStore } from '../../app/ticket.ts'
import type { TicketView } from '../../protocol/model.ts'
import { isOver } from '../../protocol/words.ts'
import { t, tWord } from '../../strings.ts'
import { T } from '../../testids.ts'
import { PriorityBadge, StatusBadge } from '../../ui/badges.tsx'
import { Composer } from '../../ui/composer.tsx'
import { Empty, ProblemLine, Skeleton } from '../../ui/frame.tsx'
import { bodyBytesMax } from '../../ui/limits.ts'
import { Thread } from '../../ui/thread.tsx'
import { RatingForm } from './rating.tsx'

interface OpenProps {
  readonly desk: Desk
  readonly store: TicketStore
  readonly onBack: () => void
}

export function OpenTicket({ desk, store, onBack }: OpenProps) {
  const opening = store.opening.value
  switch (opening.kind) {
    case 'loading': return <Skeleton lines={6} />
    case 'failed':
      return opening.problem.code === 'not_found'
        ? <Empty testid={T.ticketMissing}>{t('ticket.missing')}</Empty>
        : <ProblemLine problem={opening.problem} onRetry={() => store.reload()} />
    case 'open': {
      const { ticket, reader } = opening
      return (
        <section class="ticket" data-testid={T.ticket} data-number={ticket.ticket_number} data-status={ticket.status}>
          <Head ticket={ticket} store={store} onBack={onBack} />
          <ProblemLine problem={store.problem.value} />
          <Thread store={store} ticket={ticket.id} reader={reader} nameById={() => null} />
          {isOver(ticket.status) && ticket.archived_at === null && ticket.side === 'customer' && <RatingForm store={store} ticket={ticket} />}
          {isWritable(ticket)
            ? <Composer store={store} ticket={ticket.id} reader={reader} notes={false} guarded={false} bodyBytesMax={bodyBytesMax(desk)} />
            : <Shut ticket={ticket} store={store} />}
        </section>
      )
    }
  }
}

function isWritable(ticket: TicketView): boolean {
  return ticket.status !== 'closed' && ticket.archived_at === null
}

function Head({ ticket, store, onBack }: { readonly ticket: TicketView; readonly store: TicketStore; readonly onBack: () => void }) {
  const assignee = ticket.side === 'customer' ? ticket.assignee_name : (ticket.assigned_to?.name ?? null)
  return (
    <header class="ticket-head">
      <button type="button" class="quiet back" data-testid={T.back} onClick={onBack}>‹ {t('app.back')}</button>
      <div class="titles">
        <h2 data-testid={T.ticketSubject} dir="auto">{ticket.subject}</h2>
        <p class="facts">
          <span class="number" data-testid={T.ticketNumber}>{ticket.ticket_number}</span>
          <StatusBadge status={ticket.status} testid={T.ticketStatus} />
          <PriorityBadge priority={ticket.priority} testid={T.ticketPriority} />
          <span class="fact" data-testid={T.ticketCategory} data-value={ticket.category}>{tWord('category', ticket.category)}</span>
          <span class="fact" data-testid={T.ticketAssignee}>{assignee === null ? t('ticket.unassigned') : `${t('ticket.assignee')} ${assignee}`}</span>
        </p>
      </div>
      {isWritable(ticket) && (
        <button type="button" class="quiet" data-testid={T.ticketClose} onClick={() => void store.change({ status: 'closed' })}>{t('ticket.close')}</button>
      )}
    </header>
  )
}

/** In place of the composer, with the way back where there is one. */
function Shut({ ticket, store }: { readonly ticket: TicketView; readonly store: TicketStore }) {
  const archived = ticket.archived_at !== null
  return (
    <div class="shut">
      <p>{t(archived ? 'ticket.archived' : 'ticket.closed')}</p>
      {!archived && <button type="button" class="primary" data-testid={T.ticketReopen} onClick={() => void store.change({ status: 'open' })}>{t('ticket.reopen')}</button>}
    </div>
  )
}
