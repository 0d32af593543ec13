// Renders one item of the history: a message, an internal note, or a change to the ticket.

import { useEffect, useState } from 'preact/hooks'
import type { Item, Reader } from '../timeline/view.ts'
import type { Pending, PendingState } from '../timeline/state.ts'
import { dateTime, timeOfDay } from '../locales/dates.ts'
import { t, tProblem } from '../locales/index.ts'
import { T } from '../testids.ts'
import type { TicketStore } from '../client/ticket.ts'
import { Avatar } from './badges.tsx'
import { Body } from './body.tsx'
import { Icon } from './icon.tsx'
import { lazy } from './lazy.tsx'
import { Edited, EditForm, MessageTools, RemoveForm } from './message-tools.tsx'
import { inWords, nameOf, type NameById } from './format.ts'

const MessageFiles = lazy(async () => (await import('./message-files.tsx')).MessageFiles, 1)
const PendingFiles = lazy(async () => (await import('./message-files.tsx')).PendingFiles, 1)

export interface PendingActions {
  readonly onRetry: (key: string) => void
  readonly onInsist: (key: string) => void
  readonly onRewrite: (key: string) => void
  readonly onDiscard: (key: string) => void
  readonly onUndo: (key: string) => void
}

interface MessageProps {
  readonly store: TicketStore
  readonly item: Extract<Item, { kind: 'message' }>
  readonly reader: Reader
  /** True if the message closely follows another message of the same person. The name is then not repeated. */
  readonly grouped: boolean
}

/** The accessible name of a message: the word for an internal note if it is one, the author, and the time. */
function labelOf(who: string, at: string, isNote: boolean): string {
  return [...(isNote ? [t('timeline.note')] : []), who, dateTime(at)].join(', ')
}

export function Message({ store, item, reader, grouped }: MessageProps) {
  const { message, event, mine, ours, seen } = item
  const changing = store.edits.changing.value?.of === message.id ? store.edits.changing.value : null
  const isEdited = changing?.change === 'edit'
  const state = mine ? (seen ? 'seen' : 'stored') : 'received'
  const name = nameOf(event.actor, reader)
  return (
    <article
      class={`message ${mine ? 'mine' : ours ? 'ours' : 'theirs'} ${message.is_internal ? 'note' : ''} ${grouped ? 'grouped' : ''} ${isEdited ? 'editing' : ''}`}
      data-testid={T.message}
      data-key={message.key ?? undefined}
      data-id={message.id}
      data-seq={event.seq}
      data-mine={mine}
      data-side={ours ? 'ours' : 'theirs'}
      data-note={message.is_internal}
      data-state={state}
      aria-label={labelOf(name, event.at, message.is_internal)}
    >
      {!mine && (grouped ? <span class="avatar-gap" /> : <Avatar name={event.actor.name ?? name} side={event.actor.type} />)}
      <div class="bubble">
        {(!grouped || message.is_internal) && (
          <header>
            {message.is_internal && <span class="note-mark">{t('timeline.note')}</span>}
            <span class="author">{name}</span>
          </header>
        )}
        {isEdited ? <EditForm edits={store.edits} message={message} changing={changing} /> : message.redacted_at === null
          ? (message.body !== '' || message.attachments.length === 0) && <Body text={message.body} />
          : <p class="body removed" data-testid={T.messageBody}>{t('timeline.redacted')}</p>}
        {message.redacted_at === null && message.attachments.length > 0 && <MessageFiles access={store.files} files={message.attachments} />}
        {changing?.change === 'remove' && <RemoveForm edits={store.edits} changing={changing} />}
        {/* `aria-live="off"`: a screen reader must not read out the tools when they open, or the text "edited 2 minutes ago" when its time
            changes. */}
        <footer aria-live="off">
          <MessageTools store={store} message={message} />
          {message.edited_at !== null && message.redacted_at === null && <Edited store={store} message={message} at={message.edited_at} />}
          <time dateTime={event.at} title={dateTime(event.at)}>{timeOfDay(event.at)}</time>
          {mine && !message.is_internal && <Mark state={seen ? 'seen' : 'stored'} />}
        </footer>
      </div>
    </article>
  )
}

function Mark({ state }: { readonly state: 'waiting' | 'stored' | 'seen' }) {
  return <span class={`mark ${state}`} data-testid={T.messageState} title={t(`timeline.${state}`)}><Icon name={state === 'waiting' ? 'clock' : state === 'stored' ? 'check' : 'checks'} size={14} /><span class="hidden">{t(`timeline.${state}`)}</span></span>
}

interface PendingProps extends PendingActions {
  readonly store: TicketStore
  readonly pending: Pending
  readonly grouped: boolean
}

export function PendingMessage({ store, pending, grouped, ...actions }: PendingProps) {
  const { key, body, internal, state, files = [] } = pending
  return (
    <article
      class={`message mine ${internal ? 'note' : ''} ${grouped ? 'grouped' : ''} ${state.kind}`}
      data-testid={T.message}
      data-key={key}
      data-seq={state.kind === 'stored' ? state.seq : undefined}
      data-mine={true}
      data-note={internal}
      data-state={state.kind}
      aria-label={labelOf(t('app.you'), pending.at, internal)}
    >
      <div class="bubble">
        {(internal || !grouped) && (
          <header>
            {internal && <span class="note-mark">{t('timeline.note')}</span>}
            <span class="author">{t('app.you')}</span>
          </header>
        )}
        {(body !== '' || files.length === 0) && <Body text={body} />}
        {files.length > 0 && <PendingFiles access={store.files} pending={pending} onDiscard={actions.onDiscard} />}
        {isUndecided(state)
          ? <Undecided state={state} pendingKey={key} {...actions} />
          : <footer><Foot pending={pending} onUndo={actions.onUndo} /></footer>}
      </div>
    </article>
  )
}

/** The line below an unsent message. While the message is held back for undo, shows the remaining seconds and an undo button. */
function Foot({ pending, onUndo }: { readonly pending: Pending; readonly onUndo: (key: string) => void }) {
  const { key, at, state, hold_until } = pending
  const left_s = useLeft(state.kind === 'waiting' ? (hold_until ?? 0) : 0)
  return left_s > 0
    ? <span class="holding" data-testid={T.messageHeld}><span>{t('timeline.sending_in', { n: left_s })}</span>{' '}<button type="button" class="link" data-testid={T.messageUndo} onClick={() => onUndo(key)}>{t('timeline.undo')}</button></span>
    : <><time dateTime={at}>{timeOfDay(at)}</time>{isUndecided(state) ? null : <Mark state={state.kind} />}</>
}

const TICK_MS = 250

/** Returns the whole seconds until `until` (in milliseconds since the Unix epoch), or 0 once that time has passed. */
function useLeft(until: number): number {
  const [now, setNow] = useState(Date.now())
  const isOver = until <= now
  useEffect(() => {
    if (isOver) return undefined
    const timer = setInterval(() => setNow(Date.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [isOver, until])
  return isOver ? 0 : Math.ceil((until - now) / 1_000)
}

type UndecidedState = Exclude<PendingState, { readonly kind: 'waiting' | 'stored' }>

function isUndecided(state: PendingState): state is UndecidedState {
  return state.kind !== 'waiting' && state.kind !== 'stored'
}

/** Shown below a message that was not sent and that needs a decision of its author, for example to retry or to discard it. */
function Undecided({ state, pendingKey, onRetry, onInsist, onRewrite, onDiscard }: PendingActions & { readonly state: UndecidedState; readonly pendingKey: string }) {
  const isStale = state.kind === 'refused' && state.code === 'stale'
  return (
    <div class="refusal" role={state.kind === 'refused' ? 'alert' : 'status'}>
      <span data-testid={T.messageState}>{state.kind === 'refused' ? t('timeline.refused', { reason: tProblem({ code: state.code }) }) : t(`timeline.${state.kind}`)}</span>
      <span class="actions">
        {isStale
          ? <button type="button" data-testid={T.messageInsist} onClick={() => onInsist(pendingKey)}>{t('timeline.send_anyway')}</button>
          : state.kind !== 'held' && <button type="button" data-testid={T.messageRetry} onClick={() => onRetry(pendingKey)}>{t('timeline.send_again')}</button>}
        <button type="button" class="quiet" data-testid={T.messageRewrite} onClick={() => onRewrite(pendingKey)}>{t('timeline.rewrite')}</button>
        <button type="button" class="quiet" data-testid={T.messageDiscard} onClick={() => onDiscard(pendingKey)}>{t('timeline.discard')}</button>
      </span>
    </div>
  )
}

interface ActivityProps {
  readonly item: Extract<Item, { kind: 'activity' }>
  readonly reader: Reader
  readonly nameById: NameById
}

export function ActivityLine({ item: { event }, reader, nameById }: ActivityProps) {
  return (
    <p class="activity" data-testid={T.activity} data-kind={event.kind} data-seq={event.seq}>
      <span>{inWords(event, reader, nameById)}</span>
      <time dateTime={event.at} title={dateTime(event.at)}>{timeOfDay(event.at)}</time>
    </p>
  )
}
