// The panel next to the messages: the open ticket's fields, which staff can see and change.

import type { TicketStore } from '../../client/ticket.ts'
import type { Agent } from '../../protocol/decode-team.ts'
import type { StaffView } from '../../protocol/model.ts'
import { CATEGORIES, PRIORITIES } from '../../protocol/generated.ts'
import { statusesAfter } from '../../protocol/words.ts'
import { dateTime } from '../../locales/dates.ts'
import { t, tWord } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { SelectControl } from '../../ui/kit/select.tsx'
import { Stars } from '../../ui/stars.tsx'
import { nameOfAgent } from '../../ui/format.ts'
import { insisting } from './taken.ts'

interface DetailsProps {
  readonly ticket: StaffView
  readonly store: TicketStore
  readonly agents: readonly Agent[]
  readonly me: string
}

export function Details({ ticket, store, agents, me }: DetailsProps) {
  const isDisabled = ticket.archived_at !== null
  return (
    <div class="fields">
      <label>
        <span>{t('ticket.status')}</span>
        <SelectControl value={ticket.status} options={[ticket.status, ...statusesAfter(ticket.status)].map(worded('status'))} isDisabled={isDisabled} testid={T.setStatus} onChange={(status) => store.change({ status })} />
      </label>
      <Assignee ticket={ticket} store={store} agents={agents} me={me} isDisabled={isDisabled} />
      <label>
        <span>{t('ticket.priority')}</span>
        <SelectControl value={ticket.priority} options={PRIORITIES.map(worded('priority'))} isDisabled={isDisabled} testid={T.setPriority} onChange={(priority) => store.change({ priority })} />
      </label>
      <label>
        <span>{t('ticket.category')}</span>
        <SelectControl value={ticket.category} options={CATEGORIES.map(worded('category'))} isDisabled={isDisabled} testid={T.setCategory} onChange={(category) => store.change({ category })} />
      </label>
      <Facts ticket={ticket} />
    </div>
  )
}

const worded = <S extends 'status' | 'priority' | 'category', V extends string>(section: S) => (value: V) => ({ value, label: tWord(section, value) })

function Assignee({ ticket, store, agents, me, isDisabled }: DetailsProps & { readonly isDisabled: boolean }) {
  const assigned = ticket.assigned_to
  const if_assigned_to = assigned?.id ?? 'nobody'
  const isListed = assigned === null || agents.some((agent) => agent.user_id === assigned.id)
  const options = [
    { value: 'nobody', label: t('app.nobody') },
    ...(isListed ? [] : [{ value: assigned.id, label: assigned.name ?? t('app.someone') }]),
    ...agents.map((agent) => ({ value: agent.user_id, label: nameOfAgent(agent) })),
  ]
  return (
    <div class="assignee-field">
      <label>
        <span>{t('ticket.assignee')}</span>
        <SelectControl value={if_assigned_to} options={options} isDisabled={isDisabled} testid={T.assignTo} onChange={(assigned_to) => store.change({ assigned_to, if_assigned_to }, insisting)} />
      </label>
      {assigned?.id !== me && <button type="button" class="link" disabled={isDisabled} data-testid={T.assignMe} onClick={() => void store.change({ assigned_to: 'me', if_assigned_to }, insisting)}>{t('console.take')}</button>}
      <span class="hidden" data-testid={T.ticketAssignee}>{assigned === null ? t('ticket.unassigned') : (assigned.name ?? t('app.someone'))}</span>
    </div>
  )
}

function Facts({ ticket }: { readonly ticket: StaffView }) {
  const { rating } = ticket
  return (
    <dl class="facts-list">
      <div>
        <dt>{t('ticket.customer')}</dt>
        <dd dir="auto">{ticket.customer_name ?? '–'}{ticket.customer_email !== null && <span class="muted email">{ticket.customer_email}</span>}</dd>
      </div>
      <div><dt>{t('ticket.created')}</dt><dd><time dateTime={ticket.created_at}>{dateTime(ticket.created_at)}</time></dd></div>
      <div><dt>{t('ticket.activity')}</dt><dd><time dateTime={ticket.last_activity_at}>{dateTime(ticket.last_activity_at)}</time></dd></div>
      {rating !== null && (
        <div>
          <dt>{t('ticket.rating')}</dt>
          <dd data-testid={T.ticketRating} data-value={rating.satisfaction_rating}>
            <Stars n={rating.satisfaction_rating} label={t('rating.star', { n: rating.satisfaction_rating })} />
            {rating.satisfaction_comment !== null && <span class="comment" dir="auto">{rating.satisfaction_comment}</span>}
          </dd>
        </div>
      )}
    </dl>
  )
}
