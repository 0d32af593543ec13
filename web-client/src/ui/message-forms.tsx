// The forms to edit and to remove a message. Loaded when one of them is first opened.

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { changesOf } from '../client/edit-changes.ts'
import type { Changing, Edits } from '../client/edits.ts'
import { isWritten, written } from '../client/written.ts'
import type { TicketMessage } from '../protocol/model.ts'
import { t, tProblem } from '../locales/index.ts'
import '../locales/edit.ts'
import '../locales/reasons.ts'
import { T } from '../testids.ts'
import { bytesOf } from './bytes.ts'
import { isComposing } from './composition.ts'
import css from './styles/message-forms.css?inline'
import { TooLong } from './too-long.tsx'
import { useSheet } from './use-sheet.ts'

interface EditProps {
  readonly edits: Edits
  readonly message: TicketMessage
  readonly changing: Changing
}

export function EditForm({ edits, message, changing }: EditProps) {
  const input = useRef<HTMLTextAreaElement>(null)
  useSheet(input, css)
  const changes = changesOf(edits)
  const text = edits.texts.value.get(message.id) ?? message.body
  // `written` returns the text in the form in which it will be sent.
  const body = written(text)
  const over = bytesOf(body) - changes.bodyBytesMax()
  const ready = isWritten(body) && over <= 0 && !changing.isBusy
  useLayoutEffect(() => {
    input.current?.focus()
    input.current?.setSelectionRange(text.length, text.length)
    input.current?.closest('article')?.scrollIntoView({ block: 'nearest' })
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- runs once, when the form opens
  }, [])
  const save = () => {
    if (!ready) return
    if (body === message.body) changes.giveUp()
    else void changes.save()
  }
  return (
    <form class="edit-form" data-testid={T.messageForm} onSubmit={(event) => { event.preventDefault(); save() }}>
      <textarea
        ref={input}
        rows={3}
        value={text}
        dir="auto"
        aria-label={t('timeline.edit_label')}
        aria-invalid={over > 0}
        aria-describedby={over > 0 ? `${message.id}-long` : undefined}
        data-testid={T.messageText}
        onInput={(event) => changes.write(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (isComposing(event)) return
          if (event.key === 'Escape') changes.leave()
          else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save()
          else return
          event.preventDefault()
          event.stopPropagation()
        }}
      />
      {changing.problem !== null && <p class="problem-text" role="alert" data-testid={T.problem} data-code={changing.problem.code}>{t('timeline.not_saved', { reason: tProblem(changing.problem) })}</p>}
      {over > 0 && <p><TooLong id={`${message.id}-long`}>{t('composer.too_long', { n: over })}</TooLong></p>}
      <div class="actions">
        <button type="submit" class="primary" disabled={!ready} data-testid={T.messageSave}>{t('app.save')}</button>
        <button type="button" class="quiet" data-testid={T.messageGiveUp} onClick={() => changes.giveUp()}>{t('app.cancel')}</button>
        <span class="hint">{t('timeline.edit_hint')}</span>
      </div>
    </form>
  )
}

export function RemoveForm({ edits, changing }: Omit<EditProps, 'message'>) {
  const no = useRef<HTMLButtonElement>(null)
  useSheet(no, css)
  const changes = changesOf(edits)
  // Focus the button that changes nothing, so that Enter does not remove the message by accident.
  useEffect(() => no.current?.focus(), [])
  return (
    <div class="remove-form" role="group" aria-live="off" aria-label={t('timeline.remove')} onKeyDown={(event) => { if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); changes.leave() } }}>
      <p>{t('timeline.remove_ask')}</p>
      {changing.problem !== null && <p class="problem-text" role="alert" data-testid={T.problem} data-code={changing.problem.code}>{t('timeline.not_removed', { reason: tProblem(changing.problem) })}</p>}
      <div class="actions">
        <button ref={no} type="button" data-testid={T.messageRemoveNo} onClick={() => changes.leave()}>{t('timeline.remove_no')}</button>
        <button type="button" class="quiet danger" disabled={changing.isBusy} data-testid={T.messageRemoveYes} onClick={() => void changes.remove()}>{t('timeline.remove_yes')}</button>
      </div>
    </div>
  )
}
