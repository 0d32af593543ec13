// One message, note or change in a thread.

import type { Item, Reader } from '../timeline/view.ts'
import type { Pending } from '../timeline/state.ts'
import { dateTime, t, timeOfDay, tProblem } from '../strings/index.ts'
import { T } from '../testids.ts'
import { Avatar } from './badges.tsx'
import { Body } from './body.tsx'
import { inWords, nameOf, type NameById } from './words.ts'

export interface PendingActions {
  readonly onRetry: (key: string) => void
  readonly onInsist: (key: string) => void
  readonly onRewrite: (key: string) => void
  readonly onDiscard: (key: string) => void
}

interface MessageProps {
  readonly item: Extract<Item, { kind: 'message' }>
  readonly reader: Reader
  /** Follows a message of the same person closely: the name need not be said again. */
  readonly grouped: boolean
}

export function Message({ item, reader, grouped }: MessageProps) {
  const { message, event, mine, seen } = item
  const state = mine ? (seen ? 'seen' : 'stored') : 'received'
  const name = nameOf(event.actor, reader)
  return (
    <article
      class={`message ${mine ? 'mine' : 'theirs'} ${message.is_internal ? 'note' : ''} ${grouped ? 'grouped' : ''}`}
      data-testid={T.message}
      data-key={message.key ?? undefined}
      data-seq={event.seq}
      data-mine={mine}
      data-note={message.is_internal}
      data-state={state}
    >
      {!mine && (grouped ? <span class="avatar-gap" /> : <Avatar name={event.actor.name ?? name} side={event.actor.type} />)}
      <div class="bubble">
        {(!grouped || message.is_internal) && (
          <header>
            {message.is_internal && <span class="note-mark">{t('thread.note')}</span>}
            <span class="author">{name}</span>
          </header>
        )}
        {message.redacted_at === null
          ? <Body text={message.body} />
          : <p class="body removed" data-testid={T.messageBody}>{t('thread.redacted')}</p>}
        {message.attachments.length > 0 && (
          <ul class="attachments">{message.attachments.map((file) => <li key={file.id}>{file.name}</li>)}</ul>
        )}
        <footer>
          {message.edited_at !== null && message.redacted_at === null && <span>{t('thread.edited')}</span>}
          <time dateTime={event.at} title={dateTime(event.at)}>{timeOfDay(event.at)}</time>
          {mine && !message.is_internal && <Mark state={seen ? 'seen' : 'stored'} />}
        </footer>
      </div>
    </article>
  )
}

function Mark({ state }: { readonly state: 'waiting' | 'stored' | 'seen' }) {
  const sign = state === 'waiting' ? '◷' : state === 'stored' ? '✓' : '✓✓'
  return <span class={`mark ${state}`} data-testid={T.messageState} title={t(`thread.${state}`)}><span aria-hidden="true">{sign}</span><span class="hidden">{t(`thread.${state}`)}</span></span>
}

interface PendingProps extends PendingActions {
  readonly pending: Pending
  readonly grouped: boolean
}

export function PendingMessage({ pending, grouped, ...actions }: PendingProps) {
  const { key, body, internal, at, state } = pending
  return (
    <article
      class={`message mine ${internal ? 'note' : ''} ${grouped ? 'grouped' : ''} ${state.kind}`}
      data-testid={T.message}
      data-key={key}
      data-seq={state.kind === 'stored' ? state.seq : undefined}
      data-mine={true}
      data-note={internal}
      data-state={state.kind}
    >
      <div class="bubble">
        {(internal || !grouped) && (
          <header>
            {internal && <span class="note-mark">{t('thread.note')}</span>}
            <span class="author">{t('app.you')}</span>
          </header>
        )}
        <Body text={body} />
        {state.kind === 'refused' || state.kind === 'held'
          ? <Refused held={state.kind === 'held'} code={state.code} pendingKey={key} {...actions} />
          : <footer><time dateTime={at}>{timeOfDay(at)}</time><Mark state={state.kind} /></footer>}
      </div>
    </article>
  )
}

function Refused({ held, code, pendingKey, onRetry, onInsist, onRewrite, onDiscard }: PendingActions & { readonly held: boolean; readonly code: string; readonly pendingKey: string }) {
  return (
    <div class="refused" role={held ? 'status' : 'alert'}>
      <span data-testid={T.messageState}>{held ? t('thread.held') : t('thread.refused', { reason: tProblem({ code }) })}</span>
      <span class="actions">
        {!held && (code === 'stale'
          ? <button type="button" data-testid={T.messageInsist} onClick={() => onInsist(pendingKey)}>{t('thread.send_anyway')}</button>
          : <button type="button" data-testid={T.messageRetry} onClick={() => onRetry(pendingKey)}>{t('thread.send_again')}</button>)}
        <button type="button" class="quiet" data-testid={T.messageRewrite} onClick={() => onRewrite(pendingKey)}>{t('thread.rewrite')}</button>
        <button type="button" class="quiet" data-testid={T.messageDiscard} onClick={() => onDiscard(pendingKey)}>{t('thread.discard')}</button>
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
