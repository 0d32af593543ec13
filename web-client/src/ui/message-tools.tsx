// The buttons to edit or remove a stored message, and the time of its last edit.

import { useEffect, useRef, useState } from 'preact/hooks'
import type { TicketStore } from '../client/ticket.ts'
import type { TicketMessage } from '../protocol/model.ts'
import { dateTime } from '../locales/dates.ts'
import { t } from '../locales/index.ts'
import { shortWhen } from '../locales/times.ts'
import { T } from '../testids.ts'
import { Icon } from './icon.tsx'
import { lazy } from './lazy.tsx'

export const EditForm = lazy(async () => (await import('./message-forms.tsx')).EditForm)
export const RemoveForm = lazy(async () => (await import('./message-forms.tsx')).RemoveForm)

interface ToolsProps {
  readonly store: TicketStore
  readonly message: TicketMessage
}

/** The tools of one message. Only the last message's tools are a Tab stop. The arrow keys move the focus to the other messages' tools. */
export function MessageTools({ store, message }: ToolsProps) {
  const { edits } = store
  const [isOpen, setOpen] = useState(false)
  const toggle = useRef<HTMLButtonElement>(null)
  const changing = edits.changing.value?.of === message.id
  const before = useRef(changing)
  // When the edit form closes, return the focus to the button that opened it, unless another element has the focus.
  useEffect(() => {
    if (before.current && !changing && (document.activeElement === null || document.activeElement === document.body)) toggle.current?.focus()
    if (before.current !== changing) setOpen(false)
    before.current = changing
  }, [changing])
  const [mayEdit, mayRemove] = [edits.mayEdit(message), edits.mayRemove(message)]
  const begun = edits.texts.value.has(message.id) && !changing
  if ((!mayEdit && !mayRemove) || changing) return null
  return (
    <span class="tools">
      <button
        ref={toggle}
        type="button"
        class="quiet icon-button"
        tabIndex={isLast(store, message) ? 0 : -1}
        aria-expanded={isOpen}
        aria-label={t('timeline.tools')}
        title={t('timeline.tools')}
        data-testid={T.messageTools}
        onClick={() => setOpen(!isOpen)}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && isOpen) setOpen(false)
          else if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
          else goTo(event.currentTarget, event.key === 'ArrowUp' ? -1 : 1)
          event.preventDefault()
          event.stopPropagation()
        }}
      ><Icon name="more" /></button>
      {(isOpen || begun) && mayEdit && <button type="button" class="quiet" data-testid={T.messageEdit} onClick={() => edits.begin(message, 'edit')}>{t(begun ? 'timeline.edit_begun' : 'timeline.edit')}</button>}
      {isOpen && mayRemove && <button type="button" class="quiet danger" data-testid={T.messageRemove} onClick={() => edits.begin(message, 'remove')}>{t('timeline.remove')}</button>}
    </span>
  )
}

function isLast({ edits, timeline }: TicketStore, message: TicketMessage): boolean {
  const last = timeline.value.events.findLast(({ kind, message: one }) => (kind === 'message_added' || kind === 'internal_note_added') && one !== null && (edits.mayEdit(one) || edits.mayRemove(one)))
  return last?.message?.id === message.id
}

function goTo(from: HTMLElement, by: 1 | -1): void {
  const all = [...(from.closest('.rows')?.querySelectorAll<HTMLElement>(`[data-testid="${T.messageTools}"]`) ?? [])]
  all[all.indexOf(from) + by]?.focus()
}

export const editedWhen = (at: string) => t('timeline.edited_at', { when: shortWhen(at, Date.now()) })

/** Says that the message was edited and when. */
export function EditedAt({ at }: { readonly at: string }) {
  return <span title={dateTime(at)} data-testid={T.messageEdited}>{editedWhen(at)}</span>
}

interface EditedProps extends ToolsProps {
  readonly at: string
}

export let Edited: (props: EditedProps) => preact.JSX.Element = EditedAt

/** Sets what says that a message was edited. For staff, who receive earlier versions of messages; the widget does not need it. */
export function showEdited(by: typeof Edited): void {
  Edited = by
}
