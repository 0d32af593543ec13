// The team's saved replies: everybody reads them, admins change them.

import { signal, type Signal } from '@preact/signals'
import { useId, useState } from 'preact/hooks'
import { newUuid } from '../../../../client/browser-send.ts'
import { VARIABLES, type BegunReply } from '../../../../client/saved-replies.ts'
import type { Client } from '../../../../client/client.ts'
import { keptFor } from '../../../../client/resource.ts'
import type { SavedReply } from '../../../../protocol/generated.ts'
import type { Problem } from '../../../../protocol/model.ts'
import { isWritten, written, writtenLine } from '../../../../client/written.ts'
import { inLanguage, t, tProblem } from '../../../../locales/index.ts'
import { T } from '../../../../testids.ts'
import { Skeleton } from '../../../../ui/skeleton.tsx'
import { tell } from '../../actions.ts'
import { ScreenPage } from '../../settings/screen-page.tsx'
import type { ScreenProps } from '../screen.ts'
import title from './title.json'

/** One that was begun and not saved yet: there again after a look elsewhere. */
const drafts = keptFor((_client: Client) => signal<BegunReply | null>(null))

export function RepliesScreen({ context, isAdmin }: ScreenProps) {
  const { client, rest, team } = context
  const begun = drafts(client)
  const edited = begun.value?.reply ?? null
  const edit = (reply: SavedReply | null) => { begun.value = reply === null ? null : { reply, draft: reply } }
  const isChanged = begun.value !== null && FIELDS.some((field) => begun.value?.draft[field] !== begun.value?.reply[field])
  const replies = team.replies.value
  const done = (of: string, sentence: string) => {
    if (client.isDisposed) return
    // Another one may have been begun meanwhile.
    if (begun.peek()?.reply.id === of) edit(null)
    tell({ client }, sentence)
    void team.reloadReplies()
  }
  return (
    <ScreenPage
      context={context}
      title={inLanguage(title)}
      hint={t('replies.hint', { variables: VARIABLES.map((name) => `{{${name}}}`).join(' ') })}
      testid={T.replies}
      action={isAdmin && <button type="button" class="primary" data-testid={T.replyNew} disabled={isChanged} onClick={() => edit({ id: newUuid(), shortcut: '', title: '', body: '', updated_at: '' })}>{t('replies.new')}</button>}
    >
        {!isAdmin && <p class="muted">{t('replies.only_admins')}</p>}
        {edited !== null && <ReplyForm key={edited.id} begun={begun} rest={rest} onDone={done} onCancel={() => edit(null)} />}
        {!team.hasReplies.value && <Skeleton lines={3} />}
        {team.hasReplies.value && replies.length === 0 && edited === null && <p class="empty">{t('replies.none')}</p>}
        <ul>
          {replies.filter((reply) => reply.id !== edited?.id).map((reply) => (
            <li key={reply.id} data-testid={T.replyRow} data-shortcut={reply.shortcut}>
              <span class="reply-text"><code>/{reply.shortcut}</code> <strong dir="auto">{reply.title}</strong><span class="muted" dir="auto">{reply.body}</span></span>
              {isAdmin && <button type="button" class="quiet" aria-label={`${t('timeline.rewrite')} /${reply.shortcut}`} disabled={isChanged} onClick={() => edit(reply)}>{t('timeline.rewrite')}</button>}
            </li>
          ))}
        </ul>
    </ScreenPage>
  )
}

const FIELDS = ['shortcut', 'title', 'body'] as const

interface FormProps {
  readonly begun: Signal<BegunReply | null>
  readonly rest: ScreenProps['context']['rest']
  readonly onDone: (of: string, sentence: string) => void
  readonly onCancel: () => void
}

const SHORTCUT = /^[a-z0-9_-]{1,40}$/

function ReplyForm({ begun, rest, onDone, onCancel }: FormProps) {
  const now = begun.value
  return now === null ? null : <Fields begun={now} onDraft={(draft) => { begun.value = { reply: now.reply, draft } }} rest={rest} onDone={onDone} onCancel={onCancel} />
}

interface FieldsProps extends Omit<FormProps, 'begun'> {
  readonly begun: BegunReply
  readonly onDraft: (draft: BegunReply['draft']) => void
}

function Fields({ begun: { reply, draft }, onDraft: setDraft, rest, onDone, onCancel }: FieldsProps) {
  const [isDeleting, setDeleting] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const isWrong = draft.shortcut !== '' && !SHORTCUT.test(draft.shortcut)
  const wrongId = useId()
  const ready = SHORTCUT.test(draft.shortcut) && isWritten(draft.title) && isWritten(draft.body)
  const save = async () => {
    if (!ready) return
    const result = await rest.saveReply(reply.id, { shortcut: draft.shortcut, title: writtenLine(draft.title), body: written(draft.body) })
    if (result.ok) onDone(reply.id, t('replies.saved'))
    else setProblem(result.problem)
  }
  const remove = async () => {
    const result = await rest.deleteReply(reply.id)
    if (result.ok) onDone(reply.id, t('replies.deleted'))
    else setProblem(result.problem)
  }
  return (
    <form class="reply-form" onSubmit={(event) => { event.preventDefault(); void save() }}>
      <div class="pair">
        <label><span>{t('replies.shortcut')}</span><input value={draft.shortcut} dir="ltr" autocapitalize="none" placeholder={t('replies.shortcut_hint')} aria-invalid={isWrong} aria-describedby={isWrong ? wrongId : undefined} data-testid={T.replyShortcut} onInput={(event) => setDraft({ ...draft, shortcut: event.currentTarget.value })} />{isWrong && <span class="problem-text" id={wrongId} role="alert">{t('replies.shortcut_hint')}</span>}</label>
        <label><span>{t('replies.name')}</span><input value={draft.title} dir="auto" data-testid={T.replyTitle} onInput={(event) => setDraft({ ...draft, title: event.currentTarget.value })} /></label>
      </div>
      <label><span>{t('replies.body')}</span><textarea rows={5} value={draft.body} dir="auto" data-testid={T.replyBody} onInput={(event) => setDraft({ ...draft, body: event.currentTarget.value })} /></label>
      {problem !== null && <p class="problem" role="alert" data-testid={T.problem} data-code={problem.code}>{problem.code === 'conflict' ? t('replies.taken') : tProblem(problem)}</p>}
      <div class="actions">
        <button type="submit" class="primary" disabled={!ready} data-testid={T.replySave}>{t('app.save')}</button>
        <button type="button" class="quiet" onClick={onCancel}>{t('app.cancel')}</button>
        <span class="spacer" />
        {reply.updated_at !== '' && !isDeleting && <button type="button" class="quiet danger" data-testid={T.replyDelete} onClick={() => setDeleting(true)}>{t('app.delete')}</button>}
        {isDeleting && <span role="alert">{t('replies.confirm')} <button type="button" class="danger" data-testid={T.replyDeleteSure} onClick={() => void remove()}>{t('app.delete')}</button></span>}
      </div>
    </form>
  )
}
