import type { Filters, Inbox } from '../../app/inbox.ts'
import type { Router } from '../../app/router.ts'
import type { Agent } from '../../protocol/decode-rest.ts'
import type { StaffView } from '../../protocol/model.ts'
import { CATEGORIES, PRIORITIES, STATUSES } from '../../protocol/generated.ts'
import { t, tWord } from '../../strings.ts'
import { T } from '../../testids.ts'
import { PriorityBadge, StatusBadge } from '../../ui/badges.tsx'
import { Empty, ProblemLine, Skeleton } from '../../ui/frame.tsx'
import { isOpenAt, TicketLink } from '../../ui/ticket-link.tsx'

interface ListProps {
  readonly inbox: Inbox
  readonly router: Router
  readonly open: string
  readonly me: string
}

export function InboxList({ inbox, router, open, me }: ListProps) {
  const shown = inbox.tickets.value
  return (
    <nav class="side" aria-label={t('app.console')}>
      <FilterBar inbox={inbox} me={me} />
      <ProblemLine problem={inbox.problem.value} onRetry={() => void inbox.reload()} />
      {!inbox.loaded.value && shown.length === 0 && inbox.problem.value === null && <Skeleton lines={6} />}
      {inbox.loaded.value && shown.length === 0 && <Empty testid={T.listEmpty}>{t('list.empty.console')}</Empty>}
      <ul class="tickets" data-testid={T.ticketList}>
        {shown.map((ticket) => <Row key={ticket.id} ticket={ticket} router={router} isOpen={isOpenAt(ticket, open)} me={me} />)}
      </ul>
      {inbox.more.value && <button type="button" class="quiet more" data-testid={T.listMore} onClick={() => void inbox.loadMore()}>{t('list.more')}</button>}
    </nav>
  )
}

function FilterBar({ inbox, me }: { readonly inbox: Inbox; readonly me: string }) {
  const filters = inbox.filters.value
  const isFiltered = Object.values(filters).some((value) => value !== '')
  const pick = (name: keyof Filters) => (event: { readonly currentTarget: { readonly value: string } }) => inbox.filter({ [name]: event.currentTarget.value })
  return (
    <div class="filters">
      <input type="search" value={filters.search} placeholder={t('console.search')} aria-label={t('console.search')} dir="auto" data-testid={T.search} onInput={pick('search')} />
      <div class="selects">
        <select value={filters.status} aria-label={t('ticket.status')} data-testid={T.filterStatus} onChange={pick('status')}>
          <option value="">{t('console.filter.any_status')}</option>
          <option value="active">{t('console.filter.active')}</option>
          {STATUSES.map((one) => <option key={one} value={one}>{tWord('status', one)}</option>)}
        </select>
        <select value={filters.assigned_to} aria-label={t('ticket.assignee')} data-testid={T.filterAssignee} onChange={pick('assigned_to')}>
          <option value="">{t('console.filter.anybody')}</option>
          <option value="me">{t('console.filter.me')}</option>
          <option value="nobody">{t('console.filter.nobody')}</option>
          {inbox.agents.value.filter((agent) => agent.user_id !== me).map((agent) => <option key={agent.user_id} value={agent.user_id}>{nameOfAgent(agent)}</option>)}
        </select>
        <select value={filters.priority} aria-label={t('ticket.priority')} data-testid={T.filterPriority} onChange={pick('priority')}>
          <option value="">{t('console.filter.any_priority')}</option>
          {PRIORITIES.map((one) => <option key={one} value={one}>{tWord('priority', one)}</option>)}
        </select>
        <select value={filters.category} aria-label={t('ticket.category')} data-testid={T.filterCategory} onChange={pick('category')}>
          <option value="">{t('console.filter.any_category')}</option>
          {CATEGORIES.map((one) => <option key={one} value={one}>{tWord('category', one)}</option>)}
        </select>
      </div>
      {isFiltered && <button type="button" class="quiet" data-testid={T.filterClear} onClick={() => inbox.filter({ status: '', category: '', priority: '', assigned_to: '', search: '' })}>{t('console.filter.clear')}</button>}
    </div>
  )
}

export function nameOfAgent(agent: Agent): string {
  return agent.name ?? agent.email ?? agent.user_id.slice(0, 8)
}

interface RowProps {
  readonly ticket: StaffView
  readonly router: Router
  readonly isOpen: boolean
  readonly me: string
}

function Row({ ticket, router, isOpen, me }: RowProps) {
  const assignee = ticket.assigned_to === null ? t('ticket.unassigned') : ticket.assigned_to.id === me ? t('app.you') : (ticket.assigned_to.name ?? t('app.someone'))
  return (
    <TicketLink ticket={ticket} router={router} isOpen={isOpen}>
      <span class="line small">
        <span class="number">{ticket.ticket_number}</span>
        <span class="from" dir="auto">{ticket.customer_name ?? ticket.customer_email ?? t('ticket.customer')}</span>
      </span>
      <span class="line small">
        <StatusBadge status={ticket.status} />
        <PriorityBadge priority={ticket.priority} />
        <span class="spacer" />
        <span class="assignee" dir="auto">{assignee}</span>
      </span>
    </TicketLink>
  )
}
