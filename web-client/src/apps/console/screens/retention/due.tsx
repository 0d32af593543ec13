import { useMemo, useState } from 'preact/hooks'
import { createDueTickets, type RetentionStore } from '../../../../client/retention.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import { PlaceLink } from '../../../../ui/place-link.tsx'
import type { ScreenProps } from '../screen.ts'
import { s } from './strings.ts'
import { R } from './testids.ts'
import { date } from './words.ts'

interface DueProps {
  readonly context: ScreenProps['context']
  readonly store: RetentionStore
  readonly kind: 'archive' | 'delete'
  /** The planned run whose tickets are listed. Null for a run that would be planned now. */
  readonly run: string | null
}

/** The tickets that a run would change. They are loaded when the admin asks for them. */
export function DueTickets({ context, store, kind, run }: DueProps) {
  const due = useMemo(() => createDueTickets(store.rest, kind, run), [store, kind, run])
  const [isOpen, setOpen] = useState(false)
  const toggle = () => {
    setOpen(!isOpen)
    if (!isOpen) void due.begin()
  }
  const list = due.list.value
  return (
    <div class="retention-due" data-testid={R.due}>
      <Button kind="quiet" isBusy={isOpen && due.isBusy.value} testid={R.dueShow} onClick={toggle}>{s(isOpen ? 'retention.due_hide' : 'retention.due_show')}</Button>
      {isOpen && <ProblemLine problem={due.problem.value} onRetry={() => void due.more()} />}
      {isOpen && list !== null && (list.length === 0 ? <p class="muted">{s('retention.due_none')}</p> : (
        <ul aria-label={s(`retention.due_list.${kind}`)}>
          {list.map((ticket) => (
            <li key={ticket.id} data-testid={R.dueTicket}>
              <PlaceLink context={context} to={ticket.ticket_number}>{ticket.ticket_number}</PlaceLink>
              <bdi class="retention-subject">{ticket.subject}</bdi>
              <span class="muted">{ticket.customer_name !== null && <><bdi>{ticket.customer_name}</bdi> · </>}{s(`retention.due_since.${kind}`, { when: date(ticket.since) })}</span>
            </li>
          ))}
        </ul>
      ))}
      {isOpen && due.hasMore.value && <Button isBusy={due.isBusy.value} testid={R.dueMore} onClick={() => void due.more()}>{s('retention.due_more')}</Button>}
    </div>
  )
}
