// The form for a new ticket. Its text is stored on this device until the ticket has been created.

import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { NEW_TICKET } from '../client/draft-files.ts'
import type { FileAccess } from '../client/file-access.ts'
import { withFiles } from '../client/new-ticket-files.ts'
import { onWindow } from '../client/on-window.ts'
import { createOnce, type Opening } from '../client/open-once.ts'
import { afterSent, faultsOf, keptTicketDraft, ticketOf, type DraftFault, type TicketDraft } from '../client/ticket-draft.ts'
import { CATEGORIES, LIMITS, PRIORITIES } from '../protocol/generated.ts'
import type { Problem } from '../protocol/model.ts'
import { word } from '../protocol/narrow.ts'
import { t, tWord } from '../locales/index.ts'
import { fieldOf } from '../locales/reasons.ts'
import { T } from '../testids.ts'
import { ProblemLine } from './feedback.tsx'
import { TooLong } from './too-long.tsx'
import { useAttach } from './use-attach.ts'

interface FormProps {
  readonly client: { readonly identity: { readonly id: string }; readonly rest: Opening; readonly files: FileAccess }
  readonly onCreated: (number: string) => void
  readonly onCancel: () => void
}

const LEFT_SHOWN = 40
const TARGET = { draft: NEW_TICKET, ticket: null, internal: false, position: 0 }

export function NewTicketForm({ client, onCreated, onCancel }: FormProps) {
  const [kept] = useState(() => keptTicketDraft(client.identity.id))
  const [draft, setDraft] = useState(kept.first)
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const subject = useRef<HTMLInputElement>(null)
  const description = useRef<HTMLTextAreaElement>(null)
  const id = useId()
  const isThere = useRef(true)
  useEffect(() => {
    subject.current?.focus()
    return () => { isThere.current = false }
  }, [])
  const latest = useRef(draft)
  const show = (next: TicketDraft) => {
    latest.current = next
    setDraft(next)
  }
  // Merges what another tab has written into this form, and clears what another tab has sent. Returns whether the form's text has changed.
  const meet = (): boolean => {
    const next = kept.meet(latest.current)
    if (next === latest.current) return false
    show(next)
    // Store the text only if it contains something from this tab. Otherwise this tab could overwrite text that another tab has written
    // after `next` was read.
    if (!kept.isKept(next)) kept.write(next)
    return true
  }
  useEffect(() => {
    const stops = [
      ...['storage', 'focus', 'pageshow', 'visibilitychange'].map((type) => onWindow(type, meet)),
      onWindow('beforeunload', (event) => { if (isWritten(latest.current) && !kept.isStored()) event.preventDefault() }),
    ]
    return () => { for (const stop of stops) stop() }
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- subscribes once: the current text is read from a ref
  }, [kept])

  const change = (part: Partial<TicketDraft>) => {
    show(kept.meet({ ...latest.current, ...part }))
    kept.write(latest.current)
    setProblem(null)
  }
  const attach = useAttach({ access: client.files, target: TARGET })
  const { Buttons, Chips } = attach
  const isBegun = isWritten(draft)
  const faults = faultsOf(draft, attach.files.length > 0)
  const submit = async () => {
    setTried(true)
    if (busy || attach.isStuck || meet()) return
    if (faults.subject !== null) return subject.current?.focus()
    if (faults.description !== null) return description.current?.focus()
    setBusy(true)
    const result = await withFiles(client.files, (attachments) => createOnce(client.rest, client.identity.id, { ...ticketOf(draft), ...attachments }))
    setBusy(false)
    if (!result.ok) {
      setProblem(result.problem)
      const field = fieldOf(result.problem)?.name
      return field === 'subject' ? subject.current?.focus() : field === 'description' ? description.current?.focus() : undefined
    }
    kept.write(afterSent(kept.meet(latest.current), draft))
    // Do not navigate if the person has already left the form.
    if (isThere.current) onCreated(result.value.ticket_number)
  }
  const left = LIMITS.subject_chars_max - [...ticketOf(draft).subject].length
  const refused = problem === null ? null : fieldOf(problem)
  const words = (name: 'subject' | 'description') => (refused?.name === name ? t('field.refused', { why: refused.why }) : tried || faults[name]?.kind === 'long' ? inWords(name, faults[name]) : null)
  const wrong = { subject: words('subject'), description: words('description') }
  const isAtField = refused?.name === 'subject' || refused?.name === 'description'
  return (
    <form class="new-ticket" data-testid={T.newForm} onSubmit={(event) => { event.preventDefault(); void submit() }} onPaste={(event) => attach.onTransfer(event, event.clipboardData)} onDrop={(event) => attach.onTransfer(event, event.dataTransfer)} noValidate>
      <label>
        <span>{t('new.subject')}</span>
        <input ref={subject} value={draft.subject} dir="auto" required data-testid={T.newSubject} aria-invalid={wrong.subject !== null} aria-describedby={wrong.subject !== null ? `${id}-s` : undefined} onInput={(event) => change({ subject: event.currentTarget.value })} />
        <Wrong id={`${id}-s`} sentence={wrong.subject} isLong={faults.subject?.kind === 'long'} />
        {left >= 0 && left <= LEFT_SHOWN && <span class="muted">{t('new.chars_left', { n: left })}</span>}
      </label>
      <label>
        <span>{t('new.description')}</span>
        <textarea ref={description} rows={7} value={draft.description} dir="auto" required={attach.files.length === 0} data-testid={T.newDescription} aria-invalid={wrong.description !== null} aria-describedby={wrong.description !== null ? `${id}-d` : undefined} onInput={(event) => change({ description: event.currentTarget.value })} />
        <Wrong id={`${id}-d`} sentence={wrong.description} isLong={faults.description?.kind === 'long'} />
      </label>
      <div class="new-files">
        {Buttons !== null && <Buttons area=".dialog-body" onFiles={attach.onFiles} />}
        {Chips !== null && <Chips access={client.files} target={TARGET} />}
      </div>
      <div class="pair">
        <label>
          <span>{t('new.category')}</span>
          <select value={draft.category} aria-describedby={`${id}-o`} data-testid={T.newCategory} onChange={(event) => change({ category: word(CATEGORIES, event.currentTarget.value) ?? draft.category })}>
            {CATEGORIES.map((one) => <option key={one} value={one}>{tWord('category', one)}</option>)}
          </select>
        </label>
        <label>
          <span>{t('new.priority')}</span>
          <select value={draft.priority} aria-describedby={`${id}-o`} data-testid={T.newPriority} onChange={(event) => change({ priority: word(PRIORITIES, event.currentTarget.value) ?? draft.priority })}>
            {PRIORITIES.map((one) => <option key={one} value={one}>{tWord('priority', one)}</option>)}
          </select>
        </label>
        <p class="muted" id={`${id}-o`}>{t('new.optional')}</p>
      </div>
      <ProblemLine problem={isAtField ? null : problem} />
      <div class="actions">
        <span class="muted hint">{isBegun && t(kept.isStored() ? 'new.kept' : 'new.unkept')}</span>
        <button type="button" class="quiet" onClick={onCancel}>{t('app.cancel')}</button>
        <button type="submit" class="primary" disabled={busy || attach.isStuck} data-testid={T.newSubmit}>{t(busy && attach.files.length > 0 ? 'new.sending' : 'new.submit')}</button>
      </div>
    </form>
  )
}

function Wrong({ id, sentence, isLong }: { readonly id: string; readonly sentence: string | null; readonly isLong: boolean }) {
  if (sentence === null) return null
  return isLong ? <TooLong id={id}>{sentence}</TooLong> : <span class="problem-text" id={id} role="alert">{sentence}</span>
}

function isWritten({ subject, description }: TicketDraft): boolean {
  return subject !== '' || description !== ''
}

function inWords(name: 'subject' | 'description', fault: DraftFault | null): string | null {
  switch (fault?.kind) {
    case undefined: return null
    case 'missing': return t(`new.needs_${name}`)
    case 'long': return t(name === 'subject' ? 'new.subject_long' : 'composer.too_long', { n: fault.over })
  }
}
