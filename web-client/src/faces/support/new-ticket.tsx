import { useRef, useState } from 'preact/hooks'
import type { Desk } from '../../app/desk.ts'
import { newKey } from '../../app/browser.ts'
import { CATEGORIES, LIMITS, PRIORITIES, type Category, type NewTicket, type Priority } from '../../protocol/generated.ts'
import type { Problem } from '../../protocol/model.ts'
import { word } from '../../protocol/narrow.ts'
import { t, tWord } from '../../strings.ts'
import { T } from '../../testids.ts'
import { ProblemLine } from '../../ui/frame.tsx'

interface FormProps {
  readonly desk: Desk
  readonly onCreated: (number: string) => void
  readonly onCancel: () => void
}

export function NewTicketForm({ desk, onCreated, onCancel }: FormProps) {
  const [subject, setSubject] = useState('')
  const [category, setCategory] = useState<Category>('general')
  const [priority, setPriority] = useState<Priority>('medium')
  const [description, setDescription] = useState('')
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const keyOf = useKeyPerContent()

  const missing = { subject: subject.trim() === '', description: description.trim() === '' }
  const submit = async () => {
    setTried(true)
    if (missing.subject || missing.description || busy) return
    setBusy(true)
    const ticket: NewTicket = { subject: subject.trim(), category, priority, description: description.replaceAll('\r\n', '\n') }
    const result = await desk.rest.createTicket(ticket, keyOf(ticket))
    setBusy(false)
    if (result.ok) onCreated(result.value.ticket_number)
    else setProblem(result.problem)
  }
  return (
    <form class="new-ticket" data-testid={T.newForm} onSubmit={(event) => { event.preventDefault(); void submit() }} noValidate>
      <h2>{t('new.title')}</h2>
      <label>
        <span>{t('new.subject')}</span>
        <input value={subject} maxLength={LIMITS.subject_chars_max} dir="auto" data-testid={T.newSubject} aria-invalid={tried && missing.subject} onInput={(event) => setSubject(event.currentTarget.value)} />
        {tried && missing.subject && <span class="problem-text">{t('new.needs_subject')}</span>}
      </label>
      <div class="pair">
        <label>
          <span>{t('new.category')}</span>
          <select value={category} data-testid={T.newCategory} onChange={(event) => setCategory(word(CATEGORIES, event.currentTarget.value) ?? category)}>
            {CATEGORIES.map((one) => <option key={one} value={one}>{tWord('category', one)}</option>)}
          </select>
        </label>
        <label>
          <span>{t('new.priority')}</span>
          <select value={priority} data-testid={T.newPriority} onChange={(event) => setPriority(word(PRIORITIES, event.currentTarget.value) ?? priority)}>
            {PRIORITIES.map((one) => <option key={one} value={one}>{tWord('priority', one)}</option>)}
          </select>
        </label>
      </div>
      <label>
        <span>{t('new.description')}</span>
        <textarea rows={8} value={description} dir="auto" data-testid={T.newDescription} aria-invalid={tried && missing.description} onInput={(event) => setDescription(event.currentTarget.value)} />
        {tried && missing.description && <span class="problem-text">{t('new.needs_description')}</span>}
      </label>
      <ProblemLine problem={problem} />
      <div class="actions">
        <button type="submit" class="primary" disabled={busy} data-testid={T.newSubmit}>{t('new.submit')}</button>
        <button type="button" class="quiet" onClick={onCancel}>{t('app.cancel')}</button>
      </div>
    </form>
  )
}

/** The same content again is the same ticket, however often it is sent; another content is another. */
function useKeyPerContent(): (ticket: NewTicket) => string {
  const last = useRef({ content: '', key: '' })
  return (ticket) => {
    const content = JSON.stringify(ticket)
    if (last.current.content !== content) last.current = { content, key: newKey() }
    return last.current.key
  }
}
