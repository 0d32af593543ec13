import { useEffect, useRef, useState } from 'preact/hooks'
import { isId, type RetentionStore } from '../../../../client/retention.ts'
import type { Problem } from '../../../../protocol/model.ts'
import { t } from '../../../../locales/index.ts'
import { fieldOf } from '../../../../locales/reasons.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import { RadioGroup, TextArea, TextField } from '../../../../ui/kit/field.tsx'
import { tell } from '../../actions.ts'
import type { ScreenProps } from '../screen.ts'
import { s } from './strings.ts'
import { R } from './testids.ts'

interface NewHoldProps {
  readonly context: ScreenProps['context']
  readonly store: RetentionStore
  readonly onClose: () => void
  readonly onDone: () => void
}

type Scope = 'ticket' | 'person'
type FieldName = 'of' | 'reason' | 'review'

const REASON_CHARS_MAX = 1_000

/** The form that sets a legal hold on a ticket (by number) or a person (by email address). */
export function NewHold({ context, store, onClose, onDone }: NewHoldProps) {
  const [scope, setScope] = useState<Scope>('ticket')
  const [of, setOf] = useState('')
  const [reason, setReason] = useState('')
  const [review, setReview] = useState('')
  const [faults, setFaults] = useState<ReadonlyMap<FieldName, string>>(new Map())
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => { form.current?.querySelector<HTMLInputElement>('input')?.focus() }, [])
  const show = (found: ReadonlyMap<FieldName, string>) => {
    setFaults(found)
    if (found.size > 0) requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
  }
  const save = async () => {
    const wrong = new Map<FieldName, string>()
    const why = reason.trim()
    if (of.trim() === '') wrong.set('of', s(`retention.hold_fault.no_${scope}`))
    if (why === '') wrong.set('reason', s('retention.hold_fault.no_reason'))
    else if ([...why].length > REASON_CHARS_MAX) wrong.set('reason', s('retention.hold_fault.long', { n: REASON_CHARS_MAX }))
    show(wrong)
    if (wrong.size > 0 || isBusy) return
    setBusy(true)
    setProblem(null)
    const found = await (scope === 'ticket' ? ticketOf(context, of.trim()) : personOf(context, of.trim()))
    if (typeof found === 'string') {
      const at = review === '' ? {} : { review_at: new Date(`${review}T12:00:00`).toISOString() }
      const result = await store.rest.setHold({ scope, id: found, reason: why, ...at })
      setBusy(false)
      if (result.ok) {
        tell(context, s('retention.hold_set'))
        return onDone()
      }
      const field = fieldOf(result.problem)
      if (field?.name === 'reason') return show(new Map([['reason', field.why]]))
      if (result.problem.code === 'not_found') return show(new Map([['of', s(`retention.hold_fault.none_${scope}`)]]))
      if (result.problem.code === 'forbidden') return show(new Map([['of', s('retention.hold_fault.own')]]))
      return setProblem(result.problem)
    }
    setBusy(false)
    if ('fault' in found) return show(new Map([['of', found.fault]]))
    setProblem(found)
  }
  return (
    <form ref={form} class="card retention-new" aria-label={s('retention.add_hold')} noValidate data-testid={R.holdForm} onSubmit={(event) => { event.preventDefault(); void save() }}>
      <RadioGroup label={s('retention.scope')} value={scope} options={[{ value: 'ticket', label: s('retention.scope.ticket') }, { value: 'person', label: s('retention.scope.person') }]} hint={s(`retention.scope_hint.${scope}`)} testid={R.holdScope} onChange={(next) => { setScope(next); setOf(''); setFaults(new Map()) }} />
      <TextField label={s(`retention.of.${scope}`)} value={of} dir="ltr" placeholder={scope === 'ticket' ? 'TKT-000042' : ''} error={faults.get('of')} testid={R.holdOf} onChange={setOf} />
      <TextArea label={s('retention.reason')} hint={s('retention.reason_hint')} rows={3} value={reason} error={faults.get('reason')} testid={R.holdReason} onChange={setReason} />
      <TextField type="date" label={s('retention.review')} hint={s('retention.review_hint')} value={review} error={faults.get('review')} testid={R.holdReview} onChange={setReview} />
      <ProblemLine problem={problem} onDismiss={() => setProblem(null)} />
      <div class="actions">
        <Button kind="primary" type="submit" isBusy={isBusy} testid={R.holdSave}>{s('retention.set_hold')}</Button>
        <Button kind="quiet" testid={R.holdCancel} onClick={onClose}>{t('app.cancel')}</Button>
      </div>
    </form>
  )
}

type Looked = string | { readonly fault: string } | Problem

/** The id of the ticket with this number or id. */
async function ticketOf({ client }: ScreenProps['context'], ref: string): Promise<Looked> {
  const result = await client.rest.ticket(isId(ref) ? ref.toLowerCase() : ref.toUpperCase())
  if (result.ok) return result.value.id
  return result.problem.code === 'not_found' || fieldOf(result.problem) !== null ? { fault: s('retention.hold_fault.none_ticket') } : result.problem
}

/** The id of the only person with this email address. */
async function personOf({ rest }: ScreenProps['context'], email: string): Promise<Looked> {
  if (isId(email)) return email.toLowerCase()
  const result = await rest.peopleBy(email)
  if (!result.ok) return fieldOf(result.problem) === null ? result.problem : { fault: s('retention.hold_fault.none_person') }
  const [one, other] = result.value
  if (one === undefined) return { fault: s('retention.hold_fault.none_person') }
  return other === undefined ? one.user_id : { fault: s('retention.hold_fault.many') }
}
