import type { OwnTickets } from '../../app/own-tickets.ts'
import type { Router } from '../../app/router.ts'
import type { CustomerView } from '../../protocol/model.ts'
import { shortWhen, t } from '../../strings.ts'
import { T } from '../../testids.ts'
import { PriorityBadge, StatusBadge } from '../../ui/badges.tsx'
import { Empty, ProblemLine, Skeleton } from '../../ui/frame.tsx'

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
        {shown.map((ticket) => <Row key={ticket.id} ticket={ticket} router={router} isOpen={open === ticket.ticket_number || open === ticket.id} />)}
      </ul>
      {tickets.more.value && <button type="button" class="quiet more" data-testid={T.listMore} onClick={() => void tickets.loadMore()}>{t('list.more')}</button>}
    </nav>
  )
}

function Row({ ticket, router, isOpen }: { readonly ticket: CustomerView; readonly router: Router; readonly isOpen: boolean }) {
  const unread = !isOpen && ticket.seq > ticket.read_seq
  return (
    <li>
      <a
        class={`ticket-row ${isOpen ? 'open' : ''} ${unread ? 'unread' : ''}`}
        href={router.href(ticket.ticket_number)}
        aria-current={isOpen ? 'page' : undefined}
        data-testid={T.ticketRow}
        data-number={ticket.ticket_number}
        data-unread={unread}
        data-status={ticket.status}
        data-priority={ticket.priority}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return
          event.preventDefault()
          router.go(ticket.ticket_number)
        }}
      >
        <span class="line">
          <span class="subject" dir="auto">{ticket.subject}</span>
          {unread && <span class="unread-dot" title={t('list.unread')}><span class="hidden">{t('list.unread')}</span></span>}
          <time dateTime={ticket.last_activity_at}>{shortWhen(ticket.last_activity_at, Date.now())}</time>
        </span>
        <span class="line small">
          <span class="number">{ticket.ticket_number}</span>
          <span class="spacer" />
          <PriorityBadge priority={ticket.priority} />
          <StatusBadge status={ticket.status} />
        </span>
      </a>
    </li>
  )
}
