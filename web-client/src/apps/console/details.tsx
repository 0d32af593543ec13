// What staff see and change of the open ticket beside its thread.

import type { TicketStore } from '../../client/ticket.ts'
import type { Agent } from '../../protocol/decode-team.ts'
import type { StaffView } from '../../protocol/model.ts'
import { word } from '../../protocol/narrow.ts'
import { CATEGORIES, PRIORITIES, STATUSES } from '../../protocol/generated.ts'
import { statusesAfter } from '../../protocol/words.ts'
import { dateTime } from '../../locales/dates.ts'
import { t, tWord } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { SelectField } from '../../ui/kit/select-field.tsx'
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
  const disabled = ticket.archived_at !== null
  return (
    <div class="fields">
      <label>
        <span>{t('ticket.status')}</span>
        <SelectField value={ticket.status} disabled={disabled} testid={T.setStatus} onPick={async (picked) => { const status = word(STATUSES, picked); if (status !== null) await store.change({ status }) }}>
          <option value={ticket.status}>{tWord('status', ticket.status)}</option>
          {statusesAfter(ticket.status).map((to) => <option key={to} value={to}>{tWord('status', to)}</option>)}
        </SelectField>
      </label>
      <Assignee ticket={ticket} store={store} agents={agents} me={me} disabled={disabled} />
      <label>
        <span>{t('ticket.priority')}</span>
        <SelectField value={ticket.priority} disabled={disabled} testid={T.setPriority} onPick={async (picked) => { const priority = word(PRIORITIES, picked); if (priority !== null) await store.change({ priority }) }}>
          {PRIORITIES.map((one) => <option key={one} value={one}>{tWord('priority', one)}</option>)}
        </SelectField>
      </label>
      <label>
        <span>{t('ticket.category')}</span>
        <SelectField value={ticket.category} disabled={disabled} testid={T.setCategory} onPick={async (picked) => { const category = word(CATEGORIES, picked); if (category !== null) await store.change({ category }) }}>
          {CATEGORIES.map((one) => <option key={one} value={one}>{tWord('category', one)}</option>)}
        </SelectField>
      </label>
      <Facts ticket={ticket} />
    </div>
  )
}

function Assignee({ ticket, store, agents, me, disabled }: DetailsProps & { readonly disabled: boolean }) {
  const assigned = ticket.assigned_to
  const if_assigned_to = assigned?.id ?? 'nobody'
  const isListed = assigned === null || agents.some((agent) => agent.user_id === assigned.id)
  return (
    <div class="assignee-field">
      <label>
        <span>{t('ticket.assignee')}</span>
        <SelectField value={if_assigned_to} disabled={disabled} testid={T.assignTo} onPick={(picked) => store.change({ assigned_to: picked, if_assigned_to }, insisting)}>
          <option value="nobody">{t('app.nobody')}</option>
          {!isListed && <option value={assigned.id}>{assigned.name ?? t('app.someone')}</option>}
          {agents.map((agent) => <option key={agent.user_id} value={agent.user_id}>{nameOfAgent(agent)}</option>)}
        </SelectField>
      </label>
      {assigned?.id !== me && <button type="button" class="link" disabled={disabled} data-testid={T.assignMe} onClick={() => void store.change({ assigned_to: 'me', if_assigned_to }, insisting)}>{t('console.take')}</button>}
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
