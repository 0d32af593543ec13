// The field in which people write a message. For an internal note it has another colour, so that agents do not confuse notes and messages.

import type { Signal } from '@preact/signals'
import type { ComponentChildren, ComponentType } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { FollowUp } from '../client/client.ts'
import { begunWith, draftName, filesOf, rebaseFiles, setFiles } from '../client/draft-files.ts'
import { draftOf, rebaseDraft, sendDraft, writeDraft, type Mode } from '../client/drafts.ts'
import type { TicketStore } from '../client/ticket.ts'
import { isWritten, written } from '../client/written.ts'
import { writtenSince, type Reader } from '../timeline/view.ts'
import { t } from '../locales/index.ts'
import { T } from '../testids.ts'
import { bytesOf } from './bytes.ts'
import { isComposing } from './composition.ts'
import { TooLong } from './too-long.tsx'
import { undoSend } from './undo-send.ts'
import { useAttach } from './use-attach.ts'

interface ComposerProps {
  readonly store: TicketStore
  readonly ticket: string
  readonly reader: Reader
  readonly bodyBytesMax: number
  /** A request to focus one ticket's composer. That composer sets the signal to null when it takes the focus. */
  readonly wanted: Signal<Wanted | null>
  /** What is shown below the text, unless the text is too long. */
  readonly hint?: ComponentChildren
  /** The parts that only the team's composer has: internal notes, the warning about unseen messages, and saved replies. */
  readonly team?: TeamWriting
}

/** A request to focus the composer of `ticket` and switch it to `mode`. */
export interface Wanted {
  readonly ticket: string
  readonly mode: Mode
}

export interface TeamWriting {
  readonly parts: TeamParts
  readonly mode: Mode
  readonly onMode: (mode: Mode) => void
  /**
   * Returns the menu of saved replies to offer for the text in the composer, or null for no menu. The menu may handle keys, and may replace
   * the text by calling `put`.
   */
  readonly offer: (text: string, put: (text: string) => void) => Offer | null
  /** Whether saved replies exist. If so, the composer explains the slash. */
  readonly hasReplies: boolean
  /** Called with the idempotency key of a reply that was sent with "Send & resolve". */
  readonly onResolve: (key: string) => void
}

/** Components from composer-team.tsx that only the team's composer needs. */
export interface TeamParts {
  readonly Modes: ComponentType<{ readonly mode: Mode; readonly onMode: (mode: Mode) => void }>
  readonly Stale: ComponentType<{ readonly onRead: () => void }>
  readonly Replies: ComponentType<{ readonly text: string; readonly onText: (text: string) => void }>
  readonly SendResolve: ComponentType<{ readonly isReady: boolean; readonly onSend: () => void }>
}

export interface Offer {
  readonly menu: ComponentChildren
  readonly menuId: string | undefined
  readonly activeId: string | null
  /**
   * Handles a key press. `sends` says whether the key would send the text. Returns true if the menu of saved replies has handled the key.
   */
  onKey(key: string, sends: boolean): boolean
}

export function Composer({ store, ticket, reader, bodyBytesMax, wanted, hint, team }: ComposerProps) {
  const input = useRef<HTMLTextAreaElement>(null)
  const mode = team?.mode ?? 'message'
  const position = store.timeline.value.position ?? 0
  const draft = draftName(ticket, mode)
  const { text, begun_at: textAt } = draftOf(ticket, mode)
  const filesAt = begunWith(filesOf(draft))
  // The message was begun with its text or with its first file.
  const begun_at = textAt === 0 || (filesAt > 0 && filesAt < textAt) ? filesAt : textAt
  const over = bytesOf(written(text)) - bodyBytesMax
  const internal = mode === 'note'
  const guarded = team !== undefined && !internal
  const stale = guarded && begun_at > 0 && writtenSince(store.timeline.value, begun_at, reader).length > 0
  const target = { draft, ticket, internal, position }
  const attach = useAttach({ access: store.files, target })
  const { Buttons, Chips, files } = attach
  const ready = (isWritten(text) || files.length > 0) && over <= 0 && !attach.isStuck
  // A draft that was begun before the history was loaded has no start position (`begun_at` is 0). Use the loaded position instead, so that
  // only messages after that position trigger the warning about unseen messages.
  const rebase = () => {
    rebaseDraft(ticket, mode, position)
    rebaseFiles(draft, position)
  }
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- `rebase` belongs to the listed values
  useEffect(() => { if (begun_at === 0 && position > 0) rebase() }, [draft, begun_at, position, files.length])
  const isWanted = wanted.value?.ticket === ticket
  // A layout effect sets the focus before the person can press the next key, so that the key's character goes into the composer. The focus
  // request in `wanted` is used only once.
  useLayoutEffect(() => {
    const want = wanted.peek()
    if (!isWanted || want === null) return
    wanted.value = null
    team?.onMode(want.mode)
    input.current?.focus()
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- runs once for each request
  }, [isWanted])

  const write = (next: string) => {
    writeDraft(ticket, mode, next, position)
    store.wrote(next !== '', internal)
  }
  const send = (then: FollowUp | null = null) => {
    if (!ready || !sendDraft(ticket, mode, text)) return
    const entry = store.send(written(text), { internal, based_on: guarded && begun_at > 0 ? begun_at : null, files, then })
    if (entry === null) {
      writeDraft(ticket, mode, text, begun_at > 0 ? begun_at : position)
      return
    }
    if (files.length > 0) setFiles(target.draft, [])
    input.current?.focus()
    if (then !== null) team?.onResolve(entry.key)
  }
  const sendAndResolve = () => send(team === undefined || internal ? null : 'resolved')
  const enterSends = store.habits.enter.value === 'sends'
  const offer = team?.offer(text, (next) => { write(next); input.current?.focus() }) ?? null
  const label = t(internal ? 'composer.note' : team !== undefined ? 'composer.reply' : 'composer.message')
  return (
    <form
      class={`composer ${internal ? 'note' : ''}`}
      data-testid={T.composer}
      data-mode={mode}
      onSubmit={(event) => { event.preventDefault(); send() }}
      onDrop={(event) => attach.onTransfer(event, event.dataTransfer)}
    >
      <div class="composer-box">
        {team !== undefined && <team.parts.Modes mode={mode} onMode={(next) => { team.onMode(next); input.current?.focus() }} />}
        {stale && team !== undefined && <team.parts.Stale onRead={rebase} />}
        {Chips !== null && <Chips access={store.files} target={target} />}
        {offer?.menu}
        <div class="row">
          {team === undefined && Buttons !== null && <Buttons area=".ticket" onFiles={attach.onFiles} />}
          <textarea
            ref={input}
            rows={2}
            value={text}
            placeholder={label}
            aria-label={label}
            aria-invalid={over > 0}
            aria-describedby={over > 0 ? `${ticket}-long` : undefined}
            aria-haspopup={offer === null ? undefined : 'listbox'}
            aria-controls={offer?.menuId}
            aria-activedescendant={offer?.activeId ?? undefined}
            data-testid={T.composerInput}
            dir="auto"
            onInput={(event) => write(event.currentTarget.value)}
            onPaste={(event) => attach.onTransfer(event, event.clipboardData)}
            onKeyDown={(event) => {
              if (isComposing(event)) return
              const withControl = event.ctrlKey || event.metaKey
              const sends = event.key === 'Enter' && (withControl || (!event.shiftKey && enterSends))
              if (offer?.onKey(event.key, sends) === true) return event.preventDefault()
              if (event.key === 'Escape') {
                // Escape only takes the focus from the field. `preventDefault` stops Escape from closing anything else.
                event.preventDefault()
                return event.currentTarget.blur()
              }
              if (event.key === 'ArrowUp' && text === '' && store.edits.editLast()) return event.preventDefault()
              if (withControl && event.key === 'z' && text === '' && undoSend(store, ticket, wanted)) return event.preventDefault()
              if (!sends) return
              event.preventDefault()
              if (withControl && event.shiftKey) sendAndResolve()
              else send()
            }}
          />
          {team === undefined && <Send ready={ready} label={t('composer.send')} />}
        </div>
        <div class="composer-bar">
          {team !== undefined && Buttons !== null && <Buttons area=".ticket" onFiles={attach.onFiles} />}
          {team?.hasReplies === true && <team.parts.Replies text={text} onText={(next) => { write(next); input.current?.focus() }} />}
          <p class="hint">
            {over > 0
              ? <TooLong id={`${ticket}-long`}>{t('composer.too_long', { n: over })}</TooLong>
              : hint}
          </p>
          {team !== undefined && !internal && <team.parts.SendResolve isReady={ready} onSend={sendAndResolve} />}
          {team !== undefined && <Send ready={ready} label={t(internal ? 'composer.send_note' : 'composer.send')} />}
        </div>
      </div>
    </form>
  )
}

function Send({ ready, label }: { readonly ready: boolean; readonly label: string }) {
  return <button type="submit" class="primary" disabled={!ready} data-testid={T.composerSend}>{label}</button>
}
