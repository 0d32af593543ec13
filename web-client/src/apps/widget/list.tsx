// The list of the person's tickets on the widget's first screen.

import type { Client } from '../../client/client.ts'
import type { CustomerTickets } from '../../client/customer-tickets.ts'
import type { Router } from '../../client/memory-router.ts'
import { searchOf } from '../../client/search.ts'
import type { CustomerView } from '../../protocol/model.ts'
import { t } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { arrows } from '../../ui/arrows.ts'
import { CustomerTicketRow } from '../../ui/customer-ticket-row.tsx'
import { ProblemLine } from '../../ui/feedback.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Unsent } from '../../ui/unsent.tsx'

/** The search field is shown if the list has at least this many tickets. */
const SEARCHED_MIN = 5

export interface ListProps {
  readonly client: Client
  readonly tickets: CustomerTickets
  readonly router: Router
}

export function List({ client, tickets, router }: ListProps) {
  const shown = tickets.shown.value
  const unread = (ticket: CustomerView) => (ticket.seq > ticket.read_seq ? 0 : 1)
  const tab = tickets.tab.value
  const search = tickets.search.value
  const searching = searchOf(search) !== ''
  return (
    <>
      <Unsent client={client} open={null} go={router.go} />
      <div class="widget-list-head">
        <h2>{t('widget.yours')}</h2>
        <div class="tabs" role="toolbar" tabIndex={-1} aria-label={t('widget.yours')} onKeyDown={arrows}>
          <button type="button" class="tab" aria-pressed={!searching && tab === 'active'} tabIndex={tab === 'active' ? 0 : -1} data-testid={T.tabActive} onClick={() => tickets.pick('active')}>{t('list.active')}</button>
          <button type="button" class="tab" aria-pressed={!searching && tab === 'closed'} tabIndex={tab === 'closed' ? 0 : -1} data-testid={T.tabClosed} onClick={() => tickets.pick('closed')}>{t('list.closed')}</button>
        </div>
      </div>
      {(tickets.more.value || search !== '' || shown.length >= SEARCHED_MIN) && <input type="search" class="widget-search" value={search} placeholder={t('widget.search')} aria-label={t('widget.search')} dir="auto" data-testid={T.search} onInput={(event) => tickets.find(event.currentTarget.value)} />}
      <ProblemLine problem={tickets.problem.value} onRetry={tickets.retry} />
      {!tickets.loaded.value && tickets.problem.value === null && shown.length === 0 && <Skeleton lines={3} />}
      {tickets.loaded.value && shown.length === 0 && <p class="empty" data-testid={T.listEmpty}>{searching ? t('widget.none') : t('widget.empty')}</p>}
      <ul data-testid={T.ticketList}>{(searching ? shown : shown.toSorted((a, b) => unread(a) - unread(b))).map((ticket) => <CustomerTicketRow key={ticket.id} client={client} ticket={ticket} router={router} isOpen={false} />)}</ul>
      {tickets.more.value && <button type="button" class="quiet more" onClick={tickets.loadMore}>{t('list.more')}</button>}
    </>
  )
}
