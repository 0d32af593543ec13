// A ticket being described. What is written is kept on this device until the ticket is open.

import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { newKey } from '../app/browser.ts'
import type { Desk } from '../app/desk.ts'
import { keptText } from '../app/drafts.ts'
import { written } from '../app/written.ts'
import { CATEGORIES, LIMITS, PRIORITIES, type Category, type NewTicket, type Priority } from '../protocol/generated.ts'
import type { Problem } from '../protocol/model.ts'
import { isObject, parseJson, text, word } from '../protocol/narrow.ts'
import { t, tWord } from '../strings/index.ts'
import { T } from '../testids.ts'
import { ProblemLine } from './plain.tsx'

interface FormProps {
  readonly desk: Desk
  readonly onCreated: (number: string) => void
  readonly onCancel: () => void
}

interface Draft {
  readonly subject: string
  readonly category: Category
  readonly priority: Priority
  readonly description: string
}

const BLANK: Draft = { subject: '', category: 'general', priority: 'medium', description: '' }
const LEFT_SHOWN = 40

export function NewTicketForm({ desk, onCreated, onCancel }: FormProps) {
  const kept = keptText(desk.identity.id, 'new-ticket')
  const [draft, setDraft] = useState<Draft>(() => decodeDraft(kept.read()))
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const keptKey = keptText(desk.identity.id, 'new-ticket-key')
  const subject = useRef<HTMLInputElement>(null)
  const description = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  useEffect(() => subject.current?.focus(), [])

  const change = (part: Partial<Draft>) => {
    const next = { ...draft, ...part }
    setDraft(next)
    kept.write(next.subject === '' && next.description === '' ? '' : JSON.stringify(next))
  }
  const missing = { subject: tried && draft.subject.trim() === '', description: tried && draft.description.trim() === '' }
  const submit = async () => {
    setTried(true)
    if (draft.subject.trim() === '') return subject.current?.focus()
    if (draft.description.trim() === '') return description.current?.focus()
    if (busy) return
    setBusy(true)
    const ticket: NewTicket = { ...draft, subject: written(draft.subject).replace(/\s+/g, ' ').trim(), description: written(draft.description) }
    // Sent again after a reload, or from the form opened anew, it is the same ticket still.
    const key = keyFor(JSON.stringify(ticket), keptKey)
    const result = await desk.rest.createTicket(ticket, key)
    setBusy(false)
    if (!result.ok) return setProblem(result.problem)
    kept.write('')
    keptKey.write('')
    onCreated(result.value.ticket_number)
  }
  const left = LIMITS.subject_chars_max - draft.subject.length
  return (
    <form class="new-ticket" data-testid={T.newForm} onSubmit={(event) => { event.preventDefault(); void submit() }} noValidate>
      <label>
        <span>{t('new.subject')}</span>
        <input ref={subject} value={draft.subject} maxLength={LIMITS.subject_chars_max} dir="auto" required data-testid={T.newSubject} aria-invalid={missing.subject} aria-describedby={missing.subject ? `${id}-s` : undefined} onInput={(event) => change({ subject: event.currentTarget.value })} />
        {missing.subject && <span class="problem-text" id={`${id}-s`}>{t('new.needs_subject')}</span>}
        {left <= LEFT_SHOWN && <span class="muted">{t('new.chars_left', { n: left })}</span>}
      </label>
      <div class="pair">
        <label>
          <span>{t('new.category')}</span>
          <select value={draft.category} data-testid={T.newCategory} onChange={(event) => change({ category: word(CATEGORIES, event.currentTarget.value) ?? draft.category })}>
            {CATEGORIES.map((one) => <option key={one} value={one}>{tWord('category', one)}</option>)}
          </select>
        </label>
        <label>
          <span>{t('new.priority')}</span>
          <select value={draft.priority} data-testid={T.newPriority} onChange={(event) => change({ priority: word(PRIORITIES, event.currentTarget.value) ?? draft.priority })}>
            {PRIORITIES.map((one) => <option key={one} value={one}>{tWord('priority', one)}</option>)}
          </select>
        </label>
      </div>
      <label>
        <span>{t('new.description')}</span>
        <textarea ref={description} rows={7} value={draft.description} dir="auto" required data-testid={T.newDescription} aria-invalid={missing.description} aria-describedby={missing.description ? `${id}-d` : undefined} onInput={(event) => change({ description: event.currentTarget.value })} />
        {missing.description && <span class="problem-text" id={`${id}-d`}>{t('new.needs_description')}</span>}
      </label>
      <ProblemLine problem={problem} />
      <div class="actions">
        <span class="muted hint">{(draft.subject !== '' || draft.description !== '') && t('new.kept')}</span>
        <button type="button" class="quiet" onClick={onCancel}>{t('app.cancel')}</button>
        <button type="submit" class="primary" disabled={busy} data-testid={T.newSubmit}>{t('new.submit')}</button>
      </div>
    </form>
  )
}

function decodeDraft(source: string): Draft {
  const value = parseJson(source)
  if (!isObject(value)) return BLANK
  return {
    subject: text(value['subject']) ?? '',
    category: word(CATEGORIES, value['category']) ?? BLANK.category,
    priority: word(PRIORITIES, value['priority']) ?? BLANK.priority,
    description: text(value['description']) ?? '',
  }
}

/** The same content again is the same ticket, however often it is sent; another content is another. */
export function keyFor(content: string, kept: { read(): string; write(next: string): void }): string {
  const last = parseJson(kept.read())
  const [of, key] = isObject(last) ? [text(last['content']), text(last['key'])] : [null, null]
  if (of === content && key !== null) return key
  const next = newKey()
  kept.write(JSON.stringify({ content, key: next }))
  return next
}
