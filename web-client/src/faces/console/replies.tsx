// The team's saved replies: everybody reads them, admins change them.

import { useState } from 'preact/hooks'
import { say } from '../../app/attention.ts'
import { newUuid } from '../../app/browser.ts'
import { VARIABLES } from '../../app/saved-replies.ts'
import type { TeamDesk } from '../../app/team-desk.ts'
import type { SavedReply } from '../../protocol/generated.ts'
import type { Problem } from '../../protocol/model.ts'
import { t, tProblem } from '../../strings/index.ts'
import { T } from '../../testids.ts'
import { Glyph } from '../../ui/glyph.tsx'
import type { DeskWork } from './work.ts'

interface RepliesProps {
  readonly rest: DeskWork['rest']
  readonly team: TeamDesk
  readonly isAdmin: boolean
  readonly onBack: () => void
}

export function RepliesScreen({ rest, team, isAdmin, onBack }: RepliesProps) {
  const [edited, setEdited] = useState<SavedReply | null>(null)
  const replies = team.replies.value
  const done = (sentence: string) => {
    setEdited(null)
    say(sentence)
    void team.reloadReplies()
  }
  return (
    <section class="replies" data-testid={T.replies} aria-label={t('replies.title')}>
      <header class="ticket-head">
        <button type="button" class="quiet icon-button back" aria-label={t('app.back')} data-testid={T.back} onClick={onBack}><Glyph name="back" /></button>
        <div class="titles">
          <h2>{t('replies.title')}</h2>
          <p class="muted">{t('replies.hint', { variables: VARIABLES.map((name) => `{{${name}}}`).join(' ') })}</p>
        </div>
        {isAdmin && <button type="button" class="primary" data-testid={T.replyNew} onClick={() => setEdited({ id: newUuid(), shortcut: '', title: '', body: '', updated_at: '' })}>{t('replies.new')}</button>}
      </header>
      <div class="replies-body">
        {!isAdmin && <p class="muted">{t('replies.only_admins')}</p>}
        {edited !== null && <ReplyForm key={edited.id} reply={edited} rest={rest} onDone={done} onCancel={() => setEdited(null)} />}
        {replies.length === 0 && edited === null && <p class="empty">{t('replies.none')}</p>}
        <ul>
          {replies.filter((reply) => reply.id !== edited?.id).map((reply) => (
            <li key={reply.id} data-testid={T.replyRow} data-shortcut={reply.shortcut}>
              <span class="reply-text"><code>/{reply.shortcut}</code> <strong dir="auto">{reply.title}</strong><span class="muted" dir="auto">{reply.body}</span></span>
              {isAdmin && <button type="button" class="quiet" aria-label={`${t('thread.rewrite')} /${reply.shortcut}`} onClick={() => setEdited(reply)}>{t('thread.rewrite')}</button>}
            </li>
          ))}
        </ul>
      </div>
    </section>
  )
}

interface FormProps {
  readonly reply: SavedReply
  readonly rest: DeskWork['rest']
  readonly onDone: (sentence: string) => void
  readonly onCancel: () => void
}

const SHORTCUT = /^[a-z0-9_-]{1,40}$/

function ReplyForm({ reply, rest, onDone, onCancel }: FormProps) {
  const [draft, setDraft] = useState({ shortcut: reply.shortcut, title: reply.title, body: reply.body })
  const [problem, setProblem] = useState<Problem | null>(null)
  const ready = SHORTCUT.test(draft.shortcut) && draft.title.trim() !== '' && draft.body.trim() !== ''
  const save = async () => {
    if (!ready) return
    const result = await rest.saveReply(reply.id, draft)
    if (result.ok) onDone(t('replies.saved'))
    else setProblem(result.problem)
  }
  const remove = async () => {
    const result = await rest.deleteReply(reply.id)
    if (result.ok) onDone(t('replies.deleted'))
    else setProblem(result.problem)
  }
  return (
    <form class="reply-form" onSubmit={(event) => { event.preventDefault(); void save() }}>
      <div class="pair">
        <label><span>{t('replies.shortcut')}</span><input value={draft.shortcut} dir="ltr" autocapitalize="none" placeholder={t('replies.shortcut_hint')} aria-invalid={draft.shortcut !== '' && !SHORTCUT.test(draft.shortcut)} data-testid={T.replyShortcut} onInput={(event) => setDraft({ ...draft, shortcut: event.currentTarget.value })} /></label>
        <label><span>{t('replies.name')}</span><input value={draft.title} dir="auto" data-testid={T.replyTitle} onInput={(event) => setDraft({ ...draft, title: event.currentTarget.value })} /></label>
      </div>
      <label><span>{t('replies.body')}</span><textarea rows={5} value={draft.body} dir="auto" data-testid={T.replyBody} onInput={(event) => setDraft({ ...draft, body: event.currentTarget.value })} /></label>
      {problem !== null && <p class="problem" role="alert" data-testid={T.problem} data-code={problem.code}>{problem.code === 'conflict' ? t('replies.taken') : tProblem(problem)}</p>}
      <div class="actions">
        <button type="submit" class="primary" disabled={!ready} data-testid={T.replySave}>{t('app.save')}</button>
        <button type="button" class="quiet" onClick={onCancel}>{t('app.cancel')}</button>
        <span class="spacer" />
        {reply.updated_at !== '' && <button type="button" class="quiet danger" data-testid={T.replyDelete} onClick={() => void remove()}>{t('app.delete')}</button>}
      </div>
    </form>
  )
}
