// The text box on the widget's first screen, with which a customer starts a conversation.

import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { FirstMessage } from '../../client/first-message.ts'
import { t, tProblem } from '../../locales/index.ts'
import { T } from '../../testids.ts'
import { isComposing } from '../../ui/composition.ts'
import { lazy } from '../../ui/lazy.tsx'
import { WidgetIcon } from './widget-icon.tsx'
import { look } from './look.ts'

const Chips = lazy(async () => (await import('./chips.tsx')).Chips)

interface AskProps {
  readonly first: FirstMessage
  readonly onSend: () => void
  /** The buttons to choose files, and the chosen files. */
  readonly files: ComponentChildren
  /** The parent increases this number to move the focus into the text box. */
  readonly wanted: number
}

export function Ask({ first, onSend, files, wanted }: AskProps) {
  const input = useRef<HTMLTextAreaElement>(null)
  const { description } = first.draft.value
  const isBegun = description !== ''
  const over = first.over()
  useEffect(() => { if (wanted > 0) input.current?.focus({ preventScroll: true }) }, [wanted])
  return (
    <form class="ask" data-testid={T.ask} onSubmit={(event) => { event.preventDefault(); onSend() }}>
      <textarea
        ref={input}
        rows={2}
        value={description}
        placeholder={t('widget.hello')}
        aria-label={t('widget.hello')}
        aria-invalid={over > 0}
        aria-describedby={over > 0 ? 'ask-long' : undefined}
        dir="auto"
        data-testid={T.askText}
        onInput={(event) => first.write(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || isComposing(event)) return
          event.preventDefault()
          onSend()
        }}
      />
      {isBegun && look.value.asksCategory && <Chips first={first} />}
      {files}
      <Notice first={first} />
      {/* `aria-live="off"` makes a screen reader read the warning once, not at every key press. The component `TooLong` renders the same
          markup, but importing it would make the widget larger. */}
      <div class="ask-foot">
        <span class="muted">{over > 0 ? <span class="problem-text" id="ask-long" role="alert"><span aria-live="off">{t('widget.too_long', { n: over })}</span></span> : isBegun && t(first.isKept() ? 'widget.kept' : 'widget.unkept')}</span>
        <button type="submit" class="primary send" disabled={!first.isSendable()} aria-label={t('widget.send')} data-testid={T.askSend}>
          <WidgetIcon name="send" />
        </button>
      </div>
    </form>
  )
}

/** Says why the text was not sent. The text stays in the text box. */
function Notice({ first }: { readonly first: FirstMessage }) {
  const state = first.state.value
  const problem = state.kind === 'writing' ? state.problem : null
  const isOffline = first.isOffline.value && first.draft.value.description !== ''
  const why = isOffline ? 'offline' : (problem?.code ?? null)
  return (
    <div role="status">
      {why !== null && <p class="ask-notice" data-testid={T.askNotice} data-why={why}>{why === 'offline' ? t('widget.offline') : problem === null || why === 'unreachable' ? t('widget.unsent') : tProblem(problem)}</p>}
    </div>
  )
}

/** Shows the sent message until its ticket has been loaded. */
export function Sent({ text, isDone }: { readonly text: string; readonly isDone: boolean }) {
  return (
    <main class="widget-body sent" data-testid={T.askSent}>
      <p class="sent-text" dir="auto">{text}</p>
      <p class="muted" role="status">{isDone ? '\u00a0' : t('widget.sending')}</p>
    </main>
  )
}
