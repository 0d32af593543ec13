import type { OwnTickets } from '../../app/own-tickets.ts'
import type { Router } from '../../app/router.ts'
import type { CustomerView } from '../../protocol/model.ts'
import { t } from '../../strings.ts'
import { T } from '../../testids.ts'
import { PriorityBadge, StatusBadge } from '../../ui/badges.tsx'
import { Empty, ProblemLine, Skeleton } from '../../ui/frame.tsx'
import { isOpenAt, TicketLink } from '../../ui/ticket-link.tsx'

interface ListProps {
  readonly tickets: OwnTickets
  readonly router: Router
  readonly open: string
}

export function TicketList({ tickets, router, open }: ListProps) {
  const tab = tickets.tab.value
  const shown = tickets.shown.value
  return (
    <nav class="side" aria-label={t('list.title')}>
      <div class="side-head">
        <h1>{t('list.title')}</h1>
        <button type="button" class="primary" data-testid={T.newTicket} onClick={() => router.go('new')}>{t('list.new')}</button>
      </div>
      <div class="tabs">
        <button type="button" class="tab" aria-pressed={tab === 'active'} data-testid={T.tabActive} onClick={() => tickets.pick('active')}>{t('list.active')}</button>
        <button type="button" class="tab" aria-pressed={tab === 'closed'} data-testid={T.tabClosed} onClick={() => tickets.pick('closed')}>{t('list.closed')}</button>
      </div>
      <ProblemLine problem={tickets.problem.value} onRetry={() => void tickets.reload()} />
      {!tickets.loaded.value && tickets.problem.value === null && shown.length === 0 && <Skeleton lines={4} />}
      {tickets.loaded.value && shown.length === 0 && <Empty testid={T.listEmpty}>{t(tab === 'active' ? 'list.empty.active' : 'list.empty.closed')}</Empty>}
      <ul class="tickets" data-testid={T.ticketList}>
        {shown.map((ticket) => <Row key={ticket.id} ticket={ticket} router={router} isOpen={isOpenAt(ticket, open)} />)}
      </ul>
      {tickets.more.value && <button type="button" class="quiet more" data-testid={T.listMore} onClick={() => void tickets.loadMore()}>{t('list.more')}</button>}
    </nav>
  )
}

function Row({ ticket, router, isOpen }: { readonly ticket: CustomerView; readonly router: Router; readonly isOpen: boolean }) {
  return (
    <TicketLink ticket={ticket} router={router} isOpen={isOpen}>
      <span class="line small">
        <span class="number">{ticket.ticket_number}</span>
        <span class="spacer" />
        <PriorityBadge priority={ticket.priority} />
        <StatusBadge status={ticket.status} />
      </span>
    </TicketLink>
  )
}
