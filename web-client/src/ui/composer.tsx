// Where one writes. A note's composer looks like a note, so that it cannot be taken for an answer.

import { useEffect, useRef, useState } from 'preact/hooks'
import { draftOf, rebaseDraft, writeDraft, type Mode } from '../app/drafts.ts'
import type { TicketStore } from '../app/ticket.ts'
import { writtenSince, type Reader } from '../timeline/view.ts'
import { t } from '../strings.ts'
import { T } from '../testids.ts'

interface ComposerProps {
  readonly store: TicketStore
  readonly ticket: string
  readonly reader: Reader
  /** Whether notes can be written here. */
  readonly notes: boolean
  /** Whether an answer is checked against what others wrote since it was begun. */
  readonly guarded: boolean
  readonly bodyBytesMax: number
}

export function Composer({ store, ticket, reader, notes, guarded, bodyBytesMax }: ComposerProps) {
  const [mode, setMode] = useState<Mode>('message')
  const input = useRef<HTMLTextAreaElement>(null)
  useEffect(() => setMode('message'), [ticket])
  const { text, begun_at } = draftOf(ticket, mode)
  const position = store.timeline.value.position ?? 0
  const over = new TextEncoder().encode(text).length - bodyBytesMax
  const internal = mode === 'note'
  const stale = guarded && !internal && text !== '' && writtenSince(store.timeline.value, begun_at, reader).length > 0
  const ready = text.trim() !== '' && over <= 0

  const write = (next: string) => {
    writeDraft(ticket, mode, next, position)
    store.wrote(next !== '', internal)
  }
  const send = () => {
    if (!ready) return
    store.send(text.replaceAll('\r\n', '\n'), { internal, based_on: guarded && !internal ? begun_at : null })
    writeDraft(ticket, mode, '', position)
    input.current?.focus()
  }
  const pick = (next: Mode) => {
    setMode(next)
    input.current?.focus()
  }
  const label = t(internal ? 'composer.note' : notes ? 'composer.reply' : 'composer.message')
  return (
    <form class={`composer ${internal ? 'note' : ''}`} data-testid={T.composer} data-mode={mode} onSubmit={(event) => { event.preventDefault(); send() }}>
      {notes && (
        <div class="modes">
          <button type="button" class="tab" aria-pressed={!internal} data-testid={T.composerReply} onClick={() => pick('message')}>{t('composer.tab.reply')}</button>
          <button type="button" class="tab note-tab" aria-pressed={internal} data-testid={T.composerNote} onClick={() => pick('note')}>{t('composer.tab.note')}</button>
        </div>
      )}
      {stale && (
        <p class="stale" role="alert" data-testid={T.composerStale}>
          <span>{t('composer.stale')}</span>
          <button type="button" class="quiet" onClick={() => rebaseDraft(ticket, mode, position)}>{t('composer.read_it')}</button>
        </p>
      )}
      <div class="row">
        <textarea
          ref={input}
          rows={2}
          value={text}
          placeholder={label}
          aria-label={label}
          data-testid={T.composerInput}
          dir="auto"
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
            event.preventDefault()
            send()
          }}
        />
        <button type="submit" class="primary" disabled={!ready} data-testid={T.composerSend}>{t(internal ? 'composer.send_note' : 'composer.send')}</button>
      </div>
      <p class="hint">{over > 0 ? <span class="problem-text">{t('composer.too_long', { n: over })}</span> : t('composer.hint')}</p>
    </form>
  )
}
