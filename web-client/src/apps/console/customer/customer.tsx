// The panel about the open ticket's customer: when they were last seen, where they came from, and their other tickets.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { PersonView } from '../../../protocol/generated.ts'
import type { Problem, StaffView } from '../../../protocol/model.ts'
import { ago } from '../../../locales/formats.ts'
import { dateTime } from '../../../locales/dates.ts'
import { number, t } from '../../../locales/index.ts'
import { T } from '../../../testids.ts'
import { isShown } from '../../../ui/arrival.ts'
import { Avatar, StatusBadge } from '../../../ui/badges.tsx'
import { CopyButton } from '../../../ui/copy-button.tsx'
import { ProblemLine } from '../../../ui/feedback.tsx'
import { Skeleton } from '../../../ui/skeleton.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { useSheet } from '../../../ui/use-sheet.ts'
import type { ConsoleContext } from '../context.ts'
import { deviceOf } from '../device.ts'
import css from './customer.css?inline'
import { s } from './strings.ts'

const OTHERS_SHOWN = 10

interface Found {
  readonly of: string
  readonly person: PersonView | null
  readonly others: readonly StaffView[]
  /** When the customer's oldest ticket was opened (ISO 8601), or null if not known. */
  readonly since: string | null
  readonly problem: Problem | null
}

export function Customer({ context, ticket }: { readonly context: ConsoleContext; readonly ticket: StaffView }) {
  const [found, setFound] = useState<Found | null>(null)
  const { user_id, id } = ticket
  const panel = useRef<HTMLDivElement>(null)
  useSheet(panel, css)
  const load = async () => {
    const [person, tickets, first] = await Promise.all([context.rest.person(user_id), context.rest.allTickets({ user_id, limit: OTHERS_SHOWN + 1 }), context.rest.allTickets({ user_id, limit: 1, sort: 'oldest' })])
    setFound({
      of: user_id,
      person: person.ok ? person.value : null,
      others: tickets.ok ? tickets.value.items.filter((one) => one.id !== id).slice(0, OTHERS_SHOWN) : [],
      since: first.ok ? (first.value.items[0]?.created_at ?? null) : null,
      problem: person.ok || person.problem.status === 404 ? null : person.problem,
    })
  }
  const showAll = (button: Element) => {
    context.inbox.filter({ view: 'all', user_id })
    const list = button.closest('.columns')?.querySelector('.side')
    // On narrow pages the open ticket covers the list, so close the ticket to show the list.
    if (list != null && !isShown(list)) context.go('')
  }
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- loads once for each customer and ticket
  useEffect(() => { void load() }, [user_id, id])
  const name = ticket.customer_name ?? ticket.customer_email ?? t('ticket.customer')
  return (
    <div class="customer-panel" ref={panel} data-testid={T.customer} data-user={user_id}>
      <div class="customer-name">
        <Avatar name={name} side="customer" />
        <p>
          <strong dir="auto">{name}</strong>
          {ticket.customer_email !== null && <span class="email"><span dir="auto">{ticket.customer_email}</span><CopyButton text={ticket.customer_email} what={s('customer.email')} /></span>}
        </p>
      </div>
      {found === null && <Skeleton lines={2} />}
      {found !== null && <ProblemLine problem={found.problem} onRetry={() => void load()} />}
      {found?.person != null && <PersonFacts person={found.person} since={found.since} now={context.client.rest.now()} />}
      {found !== null && (
        <>
          <h2>{s('customer.others')}</h2>
          {found.others.length === 0 && <p class="muted">{s('customer.no_others')}</p>}
          <ul class="others">
            {found.others.map((one) => (
              <li key={one.id}>
                <a href={context.href(one.ticket_number)} onClick={(event) => { if (event.metaKey || event.ctrlKey || event.shiftKey) return; event.preventDefault(); context.go(one.ticket_number) }}>
                  <span class="others-subject" dir="auto">{one.subject}</span>
                  <StatusBadge status={one.status} />
                  <span class="number">{one.ticket_number}</span>
                </a>
              </li>
            ))}
          </ul>
          <button type="button" class="link" onClick={(event) => showAll(event.currentTarget)}>{s('customer.all')}{found.person !== null && ` (${number(found.person.tickets.total)})`}</button>
        </>
      )}
    </div>
  )
}

function PersonFacts({ person, since, now }: { readonly person: PersonView; readonly since: string | null; readonly now: number }) {
  const { last_seen_at, address, user_agent, tickets } = person
  const device = user_agent === null ? null : inWords(user_agent)
  const from = address === null || device === null ? device ?? address : s('customer.device_from', { device, address })
  return (
    <dl class="facts-list">
      <div><dt><Icon name="eye" size={16} />{s('customer.last_seen')}</dt><dd>{last_seen_at === null ? s('customer.never') : <time dateTime={last_seen_at} title={dateTime(last_seen_at)}>{ago(last_seen_at, now)}</time>}</dd></div>
      {since !== null && <div><dt><Icon name="person" size={16} />{s('customer.since')}</dt><dd><time dateTime={since} title={dateTime(since)}>{ago(since, now)}</time></dd></div>}
      <div><dt><Icon name="inbox" size={16} />{t('console.nav')}</dt><dd>{s('customer.counts', { open: tickets.open, total: tickets.total })}</dd></div>
      {from !== null && (
        <div>
          <dt><Icon name="device" size={16} />{s(device === null ? 'customer.address' : 'customer.from')}</dt>
          <dd>
            {from}
            {user_agent !== null && <details><summary>{s('customer.raw')}</summary><code dir="ltr">{user_agent}</code></details>}
          </dd>
        </div>
      )}
    </dl>
  )
}

/** Names the browser and the operating system, as far as they are recognised. Returns null if neither is. */
function inWords(userAgent: string): string | null {
  const { browser, system } = deviceOf(userAgent)
  return browser !== null && system !== null ? s('customer.device', { browser, system }) : (browser ?? system)
}
