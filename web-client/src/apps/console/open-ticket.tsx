import { useEffect, useMemo, useState } from 'preact/hooks'
import { isWaiting } from '../../client/filters.ts'
import { draftOf } from '../../client/drafts.ts'
import { slashed } from '../../client/saved-replies.ts'
import type { TicketStore } from '../../client/ticket.ts'
import type { StaffView } from '../../protocol/model.ts'
import { inRow } from '../../locales/formats.ts'
import { t } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { useArrival } from '../../ui/arrival.ts'
import { Avatar, isPressing, PriorityBadge, StatusBadge } from '../../ui/badges.tsx'
import { Composer } from '../../ui/composer.tsx'
import { EnterHint } from '../../ui/enter-hint.tsx'
import { TEAM_PARTS } from '../../ui/composer-team.tsx'
import { Empty, ProblemLine, Unopened } from '../../ui/feedback.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { Icon } from '../../ui/icon.tsx'
import { bodyBytesMax } from '../../ui/limits.ts'
import { ClosedNotice } from '../../ui/closed-notice.tsx'
import { isWritable } from '../../ui/writable.ts'
import { FaultLine } from '../../ui/fault-line.tsx'
import { MessageList } from '../../ui/message-list.tsx'
import { nameOfAgent, type NameById } from '../../ui/format.ts'
import { answered, markUnread, openNext } from './actions.ts'
import { Panel } from './panel.tsx'
import { useReplyOffer } from './reply-offer.tsx'
import { taken } from './taken.ts'
import { namesOf } from './viewers.ts'
import type { ConsoleContext } from './context.ts'

interface OpenProps {
  readonly context: ConsoleContext
  readonly store: TicketStore
  readonly onBack: () => void
}

export function OpenTicket({ context, store, onBack }: OpenProps) {
  const opening = store.opening.value
  switch (opening.kind) {
    case 'loading': return <Unopened><Skeleton lines={6} /></Unopened>
    case 'failed':
      return opening.problem.code === 'not_found'
        ? <Unopened><Empty icon="search" testid={T.ticketMissing} action={{ label: t('palette.list'), run: onBack, testid: T.back }}>{t('ticket.missing')}</Empty></Unopened>
        : <Unopened><ProblemLine problem={opening.problem} onRetry={() => store.reload()} /></Unopened>
    case 'open':
      if (opening.ticket.side === 'customer') return <OwnTicket origin={context.client.origin} number={opening.ticket.ticket_number} />
      return <StaffTicket context={context} store={store} ticket={opening.ticket} onBack={onBack} />
  }
}

function StaffTicket({ context, store, ticket, onBack }: OpenProps & { readonly ticket: StaffView }) {
  const { client, team, mode } = context
  const agents = team.agents.value
  const [details, setDetails] = useState(false)
  const nameById: NameById = useMemo(() => (id) => {
    const agent = agents.find((one) => one.user_id === id)
    return agent === undefined ? null : nameOfAgent(agent)
  }, [agents])
  const connection = client.connection.value
  const me = (connection.kind === 'live' ? connection.user.name : null) ?? client.identity.name
  const offer = useReplyOffer(team.replies.value, ticket, me)
  // When the agent starts to choose a saved reply, reload the ticket, so that the reply is filled in with current names.
  const isOffered = slashed(draftOf(ticket.id, mode.value).text) !== null
  useEffect(() => { if (isOffered) store.reload() }, [isOffered, store])
  const reader = useMemo(() => ({ side: 'staff' as const, id: client.identity.id }), [client])
  return (
    <section class={`ticket with-details ${details ? 'details-open' : ''}`} data-testid={T.ticket} data-number={ticket.ticket_number} data-status={ticket.status} aria-label={ticket.subject}>
      <Head ticket={ticket} store={store} me={client.identity.id} nameById={nameById} onBack={onBack} details={details} onDetails={() => setDetails(!details)} onNext={() => void openNext(context, 1)} onUnread={() => markUnread(context, ticket)} />
      <FaultLine store={store} words={taken} />
      <MessageList store={store} ticket={ticket.id} reader={reader} nameById={nameById} wanted={context.wanted} />
      <div class="foot">
        {isWritable(ticket)
          ? <Composer store={store} ticket={ticket.id} reader={reader} bodyBytesMax={bodyBytesMax(client)} wanted={context.wanted} hint={<EnterHint habits={client.habits} isShort />} team={{ parts: TEAM_PARTS, mode: mode.value, onMode: (next) => { mode.value = next }, offer, hasReplies: team.replies.value.length > 0, onResolve: (key) => answered(context, ticket, key) }} />
          : <ClosedNotice ticket={ticket} store={store} />}
      </div>
      <Panel context={context} ticket={ticket} store={store} reader={reader} nameById={nameById} />
    </section>
  )
}

interface HeadProps {
  readonly ticket: StaffView
  readonly store: TicketStore
  readonly me: string
  readonly nameById: NameById
  readonly onBack: () => void
  readonly details: boolean
  readonly onDetails: () => void
  readonly onNext: () => void
  readonly onUnread: () => void
}

function Head({ ticket, store, me, nameById, onBack, details, onDetails, onNext, onUnread }: HeadProps) {
  return (
    <header class="ticket-head">
      <button type="button" class="quiet icon-button back" aria-label={t('app.back')} data-testid={T.back} onClick={onBack}><Icon name="back" /></button>
      <div class="titles">
        <h1 ref={useArrival()} tabIndex={-1} data-testid={T.ticketSubject} dir="auto">{ticket.subject}</h1>
        <p class="facts">
          <span class="number" data-testid={T.ticketNumber}>{ticket.ticket_number}</span>
          <StatusBadge status={ticket.status} testid={T.ticketStatus} />
          {isPressing(ticket.priority) && <PriorityBadge priority={ticket.priority} testid={T.ticketPriority} />}
          <Viewers store={store} me={me} nameById={nameById} />
        </p>
      </div>
      <button type="button" class="quiet icon-button" aria-label={t('console.mark_unread')} title={`${t('console.mark_unread')} (u)`} data-testid={T.ticketUnread} onClick={onUnread}><Icon name="unread" /></button>
      <button type="button" class="quiet icon-button" aria-label={t('console.next')} title={`${t('console.next')} (J)`} data-testid={T.ticketNext} onClick={onNext}><Icon name="next" /></button>
      <button type="button" class="quiet icon-button details-toggle" aria-expanded={details} aria-label={t('details.show')} title={t('details.show')} data-testid={T.detailsToggle} onClick={onDetails}><Icon name="panel" /></button>
    </header>
  )
}

/** Names the colleagues who are also viewing the ticket. While one of them is typing, shows who is typing instead. */
function Viewers({ store, me, nameById }: Pick<HeadProps, 'store' | 'me' | 'nameById'>) {
  const others = namesOf(store.viewers.value, me, nameById, store.timeline.value.events)
  if (others.length === 0) return null
  const writing = store.typing.value.find(({ person }) => person.type === 'admin')
  return (
    <span class={`viewers ${writing === undefined ? '' : 'writing'}`} data-testid={T.viewers}>
      <span class="faces">{others.slice(0, FACES_SHOWN).map((name) => <Avatar key={name} name={name} size="small" />)}</span>
      <span>{writing === undefined ? t('console.viewers', { names: inRow(others) }) : t(writing.internal ? 'timeline.typing_note' : 'timeline.typing', { who: writing.person.name ?? inRow(others) })}</span>
    </span>
  )
}

const FACES_SHOWN = 3

/**
 * Shown while no ticket is open: a hint, a button that opens the first ticket of the list, and a button that shows the keyboard shortcuts.
 */
export function NothingOpen({ context }: { readonly context: ConsoleContext }) {
  const { inbox } = context
  const first = inbox.ticket(inbox.order.value[0] ?? '')
  return (
    <div class="empty">
      <span class="empty-icon"><Icon name="chat" size={24} /></span>
      <p class="empty-title">{t('console.nothing_open')}</p>
      <p>{t('console.pick')}</p>
      <p class="actions">
        {first !== undefined && <button type="button" class="primary" onClick={() => context.go(first.ticket_number)}>{t(isWaiting(inbox.filters.value) ? 'console.open_waiting' : 'console.open_first')}</button>}
        <button type="button" class="wide-only" onClick={() => context.open('keys')}>{t('keys.title')}</button>
      </p>
    </div>
  )
}

function OwnTicket({ origin, number }: { readonly origin: string; readonly number: string }) {
  return (
    <div class="empty" data-testid={T.ownTicket}>
      <p>{t('ticket.own')}</p>
      <p><a class="button primary" href={`${origin}/support/${encodeURIComponent(number)}`}>{t('signin.to_support')}</a></p>
    </div>
  )
}
