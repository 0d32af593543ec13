// Whose ticket it is: when they were last seen, where they came from, what else they asked.

import { useEffect, useState } from 'preact/hooks'
import type { PersonView } from '../../protocol/generated.ts'
import type { Problem, StaffView } from '../../protocol/model.ts'
import { dateTime, t } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { Avatar, StatusBadge } from '../../ui/badges.tsx'
import { ProblemLine, Skeleton } from '../../ui/feedback.tsx'
import type { ConsoleContext } from './context.ts'

const OTHERS_SHOWN = 10

interface Found {
  readonly of: string
  readonly person: PersonView | null
  readonly others: readonly StaffView[]
  readonly problem: Problem | null
}

export function Customer({ context, ticket }: { readonly context: ConsoleContext; readonly ticket: StaffView }) {
  const [found, setFound] = useState<Found | null>(null)
  const { user_id, id } = ticket
  const load = async () => {
    const [person, tickets] = await Promise.all([context.rest.person(user_id), context.rest.allTickets({ user_id, limit: OTHERS_SHOWN + 1 })])
    setFound({
      of: user_id,
      person: person.ok ? person.value : null,
      others: tickets.ok ? tickets.value.items.filter((one) => one.id !== id).slice(0, OTHERS_SHOWN) : [],
      problem: person.ok || person.problem.status === 404 ? null : person.problem,
    })
  }
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- asked once for each person and ticket
  useEffect(() => { void load() }, [user_id, id])
  const name = ticket.customer_name ?? ticket.customer_email ?? t('ticket.customer')
  return (
    <div class="customer-panel" data-testid={T.customer} data-user={user_id}>
      <p class="customer-name"><Avatar name={name} side="customer" /><span><strong dir="auto">{name}</strong>{ticket.customer_email !== null && <span class="muted email" dir="auto">{ticket.customer_email}</span>}</span></p>
      {found === null && <Skeleton lines={2} />}
      {found !== null && <ProblemLine problem={found.problem} onRetry={() => void load()} />}
      {found?.person != null && <PersonFacts person={found.person} />}
      {found !== null && (
        <>
          <h3>{t('customer.others')}</h3>
          {found.others.length === 0 && <p class="muted">{t('customer.no_others')}</p>}
          <ul class="others">
            {found.others.map((one) => (
              <li key={one.id}>
                <a href={context.href(one.ticket_number)} onClick={(event) => { if (event.metaKey || event.ctrlKey || event.shiftKey) return; event.preventDefault(); context.go(one.ticket_number) }}>
                  <span class="number">{one.ticket_number}</span> <span dir="auto">{one.subject}</span>
                </a>
                <StatusBadge status={one.status} />
              </li>
            ))}
          </ul>
          <button type="button" class="link" onClick={() => context.inbox.filter({ view: 'all', user_id })}>{t('customer.all')}</button>
        </>
      )}
    </div>
  )
}

function PersonFacts({ person }: { readonly person: PersonView }) {
  return (
    <dl class="facts-list">
      <div><dt>{t('customer.last_seen')}</dt><dd>{person.last_seen_at === null ? t('customer.never') : dateTime(person.last_seen_at)}</dd></div>
      {person.address !== null && <div><dt>{t('customer.from')}</dt><dd dir="ltr">{person.address}</dd></div>}
      {person.user_agent !== null && <div><dt>{t('customer.agent')}</dt><dd dir="ltr">{person.user_agent}</dd></div>}
      <div><dt>{t('console.nav')}</dt><dd>{t('customer.counts', { open: person.tickets.open, total: person.tickets.total })}</dd></div>
    </dl>
  )
}
