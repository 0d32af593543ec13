import { useEffect, useState } from 'preact/hooks'
import type { Desk } from '../../app/desk.ts'
import type { OwnTickets } from '../../app/own-tickets.ts'
import type { Router } from '../../app/router.ts'
import { isSeen, unfolded } from '../../app/seen.ts'
import type { Availability } from '../../protocol/generated.ts'
import { t, weekdayTime } from '../../strings/index.ts'
import { T } from '../../testids.ts'
import { OwnTicketRow } from '../../ui/own-ticket-row.tsx'
import { ProblemLine, Skeleton } from '../../ui/plain.tsx'

interface HomeProps {
  readonly desk: Desk
  /** Null: on their way. */
  readonly tickets: OwnTickets | null
  readonly router: Router
}

/** An answer serves everybody for five seconds at the desk: asking costs it nothing. */
const AVAILABILITY_MS = 10_000

export function Home({ desk, tickets, router }: HomeProps) {
  return (
    <main class="widget-body" data-testid={T.widgetHome}>
      <div class="welcome">
        <p class="hello">{t('widget.hello')}</p>
        <AvailabilityLine desk={desk} />
        <button type="button" class="primary" data-testid={T.widgetStart} onClick={() => router.go('new')}>{t('widget.start')}</button>
      </div>
      {tickets === null ? <Skeleton lines={3} /> : <List tickets={tickets} router={router} />}
    </main>
  )
}

function List({ tickets, router }: { readonly tickets: OwnTickets; readonly router: Router }) {
  const shown = tickets.shown.value
  const tab = tickets.tab.value
  return (
    <>
      <div class="widget-list-head">
        <h2>{t('widget.yours')}</h2>
        <div class="tabs">
          <button type="button" class="tab" aria-pressed={tab === 'active'} data-testid={T.tabActive} onClick={() => tickets.pick('active')}>{t('list.active')}</button>
          <button type="button" class="tab" aria-pressed={tab === 'closed'} data-testid={T.tabClosed} onClick={() => tickets.pick('closed')}>{t('list.closed')}</button>
        </div>
      </div>
      <ProblemLine problem={tickets.problem.value} onRetry={tickets.retry} />
      {!tickets.loaded.value && tickets.problem.value === null && shown.length === 0 && <Skeleton lines={3} />}
      {tickets.loaded.value && shown.length === 0 && <p class="empty" data-testid={T.listEmpty}>{t('widget.empty')}</p>}
      <ul data-testid={T.ticketList}>{shown.map((ticket) => <OwnTicketRow key={ticket.id} ticket={ticket} router={router} isOpen={false} />)}</ul>
      {tickets.more.value && <button type="button" class="quiet more" onClick={tickets.loadMore}>{t('list.more')}</button>}
    </>
  )
}

/** Whether somebody is there. Nothing is promised until it is known. */
function AvailabilityLine({ desk }: { readonly desk: Desk }) {
  const [now, setNow] = useState<Availability | null>(null)
  useEffect(() => {
    let current = true
    const load = () => { void desk.rest.availability().then((result) => { if (current && result.ok) setNow(result.value) }) }
    // At once when the widget is unfolded, and on while somebody can see it.
    const stop = unfolded.subscribe((on) => { if (on) load() })
    const timer = setInterval(() => { if (isSeen()) load() }, AVAILABILITY_MS)
    return () => {
      current = false
      stop()
      clearInterval(timer)
    }
  }, [desk])
  return (
    <p class={`availability ${now?.agents_online === true && now.open ? 'online' : ''}`} role="status" data-testid={T.availability} data-open={now?.open} data-online={now?.agents_online}>
      {now !== null && <span class="dot" aria-hidden="true" />}
      <span dir="auto">{now === null ? '\u00a0' : sentence(now)}</span>
    </p>
  )
}

function sentence(now: Availability): string {
  if (!now.open) return now.notice ?? (now.opens_at === null ? t('widget.shut') : t('widget.opens', { when: weekdayTime(now.opens_at) }))
  return now.agents_online ? t('widget.online') : (now.notice ?? t('widget.away'))
}
