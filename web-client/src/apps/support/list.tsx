import type { Client } from '../../client/client.ts'
import type { CustomerTickets } from '../../client/customer-tickets.ts'
import type { Router } from '../../client/memory-router.ts'
import { refusedSearch, searchOf } from '../../client/search.ts'
import { t } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { arrows } from '../../ui/arrows.ts'
import { Empty, ProblemLine } from '../../ui/feedback.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Icon } from '../../ui/icon.tsx'
import { SearchHint } from '../../ui/search-hint.tsx'
import { CustomerTicketRow } from '../../ui/customer-ticket-row.tsx'
import { isOpenAt } from '../../ui/ticket-link.tsx'

interface ListProps {
  readonly client: Client
  readonly tickets: CustomerTickets
  readonly router: Router
  readonly open: string
}

export function TicketList({ client, tickets, router, open }: ListProps) {
  const tab = tickets.tab.value
  const shown = tickets.shown.value
  const search = tickets.search.value
  const searching = searchOf(search) !== ''
  // If a ticket is open, its subject is the page's `h1`, so the list's title is an `h2`.
  const Title = open === '' ? 'h1' : 'h2'
  return (
    <nav class="side" tabIndex={-1} aria-label={t('list.title')}>
      <div class="side-head">
        <Title>{t('list.title')}</Title>
        <button type="button" class="primary" data-testid={T.newTicket} onClick={() => router.go('new')}><Icon name="plus" size={16} />{t('new.button')}</button>
      </div>
      <div class="side-tools">
        <div class="search-line"><Icon name="search" size={16} /><input type="search" value={search} placeholder={t('list.search')} aria-label={t('list.search')} dir="auto" data-testid={T.search} onInput={(event) => tickets.find(event.currentTarget.value)} /></div>
        <div class="tabs" role="toolbar" tabIndex={-1} aria-label={t('list.title')} onKeyDown={arrows}>
          <button type="button" class="tab" aria-pressed={!searching && tab === 'active'} tabIndex={tab === 'active' ? 0 : -1} data-testid={T.tabActive} onClick={() => tickets.pick('active')}>{t('list.active')}</button>
          <button type="button" class="tab" aria-pressed={!searching && tab === 'closed'} tabIndex={tab === 'closed' ? 0 : -1} data-testid={T.tabClosed} onClick={() => tickets.pick('closed')}>{t('list.closed')}</button>
        </div>
      </div>
      <SearchHint text={search} problem={tickets.problem.value} />
      <ProblemLine problem={refusedSearch(tickets.problem.value) === null ? tickets.problem.value : null} onRetry={tickets.retry} />
      {!tickets.loaded.value && tickets.problem.value === null && shown.length === 0 && <Skeleton lines={4} />}
      {tickets.loaded.value && shown.length === 0 && (
        searching
          ? <Empty icon="search" testid={T.listEmpty} action={{ label: t('list.clear_search'), run: () => tickets.find('') }}>{t('list.empty.search', { text: search.trim() })}</Empty>
          : <Empty icon={tab === 'active' ? 'inbox' : 'done'} testid={T.listEmpty}>{t(tab === 'active' ? 'list.empty.active' : 'list.empty.closed')}</Empty>
      )}
      <ul class="tickets" data-testid={T.ticketList}>
        {shown.map((ticket) => <CustomerTicketRow key={ticket.id} client={client} ticket={ticket} router={router} isOpen={isOpenAt(ticket, open)} />)}
      </ul>
      {tickets.more.value && <button type="button" class="quiet more" data-testid={T.listMore} onClick={tickets.loadMore}>{t('list.more')}</button>}
    </nav>
  )
}
