import type { Desk } from '../../app/desk.ts'
import type { TicketStore } from '../../app/ticket.ts'
import type { Agent } from '../../protocol/decode-rest.ts'
import type { StaffView } from '../../protocol/model.ts'
import { t } from '../../strings.ts'
import { T } from '../../testids.ts'
import { PriorityBadge, StatusBadge } from '../../ui/badges.tsx'
import { Composer } from '../../ui/composer.tsx'
import { Empty, ProblemLine, Skeleton } from '../../ui/frame.tsx'
import { bodyBytesMax } from '../../ui/limits.ts'
import { Thread } from '../../ui/thread.tsx'
import type { NameById } from '../../ui/words.ts'
import { Details } from './details.tsx'
import { nameOfAgent } from './list.tsx'

interface OpenProps {
  readonly desk: Desk
  readonly store: TicketStore
  readonly agents: readonly Agent[]
  readonly onBack: () => void
}

export function OpenTicket({ desk, store, agents, onBack }: OpenProps) {
  const opening = store.opening.value
  switch (opening.kind) {
    case 'loading': return <Skeleton lines={6} />
    case 'failed':
      return opening.problem.code === 'not_found'
        ? <Empty testid={T.ticketMissing}>{t('ticket.missing')}</Empty>
        : <ProblemLine problem={opening.problem} onRetry={() => store.reload()} />
    case 'open': {
      const { ticket, reader } = opening
      if (ticket.side === 'customer') return <OwnTicket number={ticket.ticket_number} />
      const nameById: NameById = (id) => {
        const agent = agents.find((one) => one.user_id === id)
        return agent === undefined ? null : nameOfAgent(agent)
      }
      return (
        <section class="ticket" data-testid={T.ticket} data-number={ticket.ticket_number} data-status={ticket.status}>
          <Head ticket={ticket} store={store} me={desk.identity.id} onBack={onBack} />
          <ProblemLine problem={store.problem.value} />
          <Details ticket={ticket} store={store} agents={agents} me={desk.identity.id} />
          <Thread store={store} ticket={ticket.id} reader={reader} nameById={nameById} />
          {ticket.archived_at === null && ticket.status !== 'closed'
            ? <Composer store={store} ticket={ticket.id} reader={reader} notes guarded bodyBytesMax={bodyBytesMax(desk)} />
            : <Shut ticket={ticket} store={store} />}
        </section>
      )
    }
  }
}

function Head({ ticket, store, me, onBack }: { readonly ticket: StaffView; readonly store: TicketStore; readonly me: string; readonly onBack: () => void }) {
  const others = store.viewers.value.filter((viewer) => viewer.id !== me).map((viewer) => viewer.name ?? t('app.someone'))
  return (
    <header class="ticket-head">
      <button type="button" class="quiet back" data-testid={T.back} onClick={onBack}>‹ {t('app.back')}</button>
      <div class="titles">
        <h2 data-testid={T.ticketSubject} dir="auto">{ticket.subject}</h2>
        <p class="facts">
          <span class="number" data-testid={T.ticketNumber}>{ticket.ticket_number}</span>
          <StatusBadge status={ticket.status} testid={T.ticketStatus} />
          <PriorityBadge priority={ticket.priority} testid={T.ticketPriority} />
          {others.length > 0 && <span class="viewers" data-testid={T.viewers}>{t('console.viewers', { names: others.join(', ') })}</span>}
        </p>
      </div>
    </header>
  )
}

function OwnTicket({ number }: { readonly number: string }) {
  return (
    <div class="empty" data-testid={T.ownTicket}>
      <p>{t('ticket.own')}</p>
      <p><a class="button primary" href={`/support/${encodeURIComponent(number)}`}>{t('signin.to_support')}</a></p>
    </div>
  )
}

function Shut({ ticket, store }: { readonly ticket: StaffView; readonly store: TicketStore }) {
  const archived = ticket.archived_at !== null
  return (
    <div class="shut">
      <p>{t(archived ? 'ticket.archived' : 'ticket.closed')}</p>
      {!archived && <button type="button" class="primary" data-testid={T.ticketReopen} onClick={() => void store.change({ status: 'open' })}>{t('ticket.reopen')}</button>}
    </div>
  )
}
