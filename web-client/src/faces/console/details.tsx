// What staff see and change of the open ticket beside its thread.

import type { TicketStore } from '../../app/ticket.ts'
import type { Agent } from '../../protocol/decode-team.ts'
import type { StaffView } from '../../protocol/model.ts'
import { word } from '../../protocol/narrow.ts'
import { CATEGORIES, PRIORITIES, STATUSES, STATUS_TRANSITIONS } from '../../protocol/generated.ts'
import { dateTime, t, tWord } from '../../strings/index.ts'
import { T } from '../../testids.ts'
import { nameOfAgent } from '../../ui/words.ts'

interface DetailsProps {
  readonly ticket: StaffView
  readonly store: TicketStore
  readonly agents: readonly Agent[]
  readonly me: string
}

export function Details({ ticket, store, agents, me }: DetailsProps) {
  const disabled = ticket.archived_at !== null
  return (
    <div class="fields">
      <label>
        <span>{t('ticket.status')}</span>
        <select
          value={ticket.status}
          disabled={disabled}
          data-testid={T.setStatus}
          onChange={(event) => {
            const status = word(STATUSES, event.currentTarget.value)
            if (status !== null) void store.change({ status })
          }}
        >
          <option value={ticket.status}>{tWord('status', ticket.status)}</option>
          {STATUS_TRANSITIONS.admin[ticket.status].map((to) => <option key={to} value={to}>{tWord('status', to)}</option>)}
        </select>
      </label>
      <Assignee ticket={ticket} store={store} agents={agents} me={me} disabled={disabled} />
      <label>
        <span>{t('ticket.priority')}</span>
        <select
          value={ticket.priority}
          disabled={disabled}
          data-testid={T.setPriority}
          onChange={(event) => {
            const priority = word(PRIORITIES, event.currentTarget.value)
            if (priority !== null) void store.change({ priority })
          }}
        >
          {PRIORITIES.map((one) => <option key={one} value={one}>{tWord('priority', one)}</option>)}
        </select>
      </label>
      <label>
        <span>{t('ticket.category')}</span>
        <select
          value={ticket.category}
          disabled={disabled}
          data-testid={T.setCategory}
          onChange={(event) => {
            const category = word(CATEGORIES, event.currentTarget.value)
            if (category !== null) void store.change({ category })
          }}
        >
          {CATEGORIES.map((one) => <option key={one} value={one}>{tWord('category', one)}</option>)}
        </select>
      </label>
      <Facts ticket={ticket} />
    </div>
  )
}

function Assignee({ ticket, store, agents, me, disabled }: DetailsProps & { readonly disabled: boolean }) {
  const assigned = ticket.assigned_to
  const isListed = assigned === null || agents.some((agent) => agent.user_id === assigned.id)
  return (
    <div class="assignee-field">
      <label>
        <span>{t('ticket.assignee')}</span>
        <select
          value={assigned?.id ?? 'nobody'}
          disabled={disabled}
          data-testid={T.assignTo}
          onChange={(event) => void store.change({ assigned_to: event.currentTarget.value })}
        >
          <option value="nobody">{t('app.nobody')}</option>
          {!isListed && <option value={assigned.id}>{assigned.name ?? t('app.someone')}</option>}
          {agents.map((agent) => <option key={agent.user_id} value={agent.user_id}>{nameOfAgent(agent)}</option>)}
        </select>
      </label>
      {assigned?.id !== me && <button type="button" class="link" disabled={disabled} data-testid={T.assignMe} onClick={() => void store.change({ assigned_to: 'me' })}>{t('console.take')}</button>}
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
      <div><dt>{t('ticket.created')}</dt><dd>{dateTime(ticket.created_at)}</dd></div>
      <div><dt>{t('ticket.activity')}</dt><dd>{dateTime(ticket.last_activity_at)}</dd></div>
      {rating !== null && (
        <div>
          <dt>{t('ticket.rating')}</dt>
          <dd data-testid={T.ticketRating} data-value={rating.satisfaction_rating}>
            <span class="stars" role="img" aria-label={t('rating.star', { n: rating.satisfaction_rating })}>{'★'.repeat(rating.satisfaction_rating)}<span class="dim">{'★'.repeat(5 - rating.satisfaction_rating)}</span></span>
            {rating.satisfaction_comment !== null && <span class="comment" dir="auto">{rating.satisfaction_comment}</span>}
          </dd>
        </div>
      )}
    </dl>
  )
}
