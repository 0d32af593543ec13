// The saved replies screen: the team's replies in folders, and the person's own replies. Admins edit the team's replies; everyone edits
// their own.

import { useEffect, useRef, useState } from 'preact/hooks'
import { newUuid } from '../../../../client/browser-send.ts'
import { changeOf, draftOfReply, isDraftChanged, type ReplyDraft } from '../../../../client/reply-editor.ts'
import { replyEditorFor } from '../../../../client/reply-editing.ts'
import { foldersOf, inFolders, isFound, isPersonal } from '../../../../client/saved-replies.ts'
import type { SavedReply } from '../../../../protocol/generated.ts'
import { inLanguage, language, t, tProblem } from '../../../../locales/index.ts'
import { T } from '../../../../testids.ts'
import { arrows } from '../../../../ui/arrows.ts'
import { Empty } from '../../../../ui/feedback.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import type { MenuItem } from '../../../../ui/kit/menu.tsx'
import { useSheet } from '../../../../ui/use-sheet.ts'
import { Skeleton } from '../../../../ui/skeleton.tsx'
import { tell } from '../../actions.ts'
import { ScreenPage } from '../../settings/screen-page.tsx'
import type { ScreenProps } from '../screen.ts'
import { Editor } from './editor.tsx'
import css from './replies.css?inline'
import { ReplyRow } from './row.tsx'
import { s } from './strings.ts'
import { R } from './testids.ts'
import title from './title.json'

const SCOPES = ['all', 'team', 'mine'] as const
type Scope = (typeof SCOPES)[number]
/** A reply's menu offers at most this many folders to move the reply to. The edit form offers all folders. */
const MOVES_MAX = 12

export function RepliesScreen({ context, isAdmin }: ScreenProps) {
  const { client, rest, team } = context
  const editor = replyEditorFor(client)
  const body = useRef<HTMLDivElement>(null)
  useSheet(body, css)
  useEffect(() => void team.reloadReplies(), [team])
  const [asked, setAsked] = useState('')
  const [scope, setScope] = useState<Scope>('all')
  const connection = client.connection.value
  const replies = team.replies.value
  const knowsFolders = connection.kind === 'live' ? connection.features.includes('reply_folders') : replies.some((one) => isPersonal(one) || (one.folder ?? null) !== null)
  const agent = (connection.kind === 'live' ? connection.user.name : null) ?? client.identity.name ?? ''
  const mayWrite = isAdmin || knowsFolders
  const mayChange = (reply: SavedReply) => isAdmin || isPersonal(reply)
  const folders = foldersOf(replies, language())
  const drafts = [...editor.drafts.value.values()]

  const begin = (part: Partial<ReplyDraft>) => editor.begin({ id: newUuid(), base: null, shortcut: '', title: '', body: '', folder: '', personal: !isAdmin || scope === 'mine', ...part })
  const copy = (reply: SavedReply) => begin({ title: reply.title, body: reply.body, folder: reply.folder ?? '', shortcut: isAdmin && !isPersonal(reply) ? '' : reply.shortcut, personal: knowsFolders })
  /**
   * Saves a reply. If `over` is given, the server refuses the change unless `over` is still the current version. If `over` is null, the
   * reply is created or overwritten.
   */
  const put = async (draft: ReplyDraft, over: SavedReply | null, sentence: string, undo: ((saved: SavedReply) => void) | null = null, done?: (saved: SavedReply) => void) => {
    const result = await rest.saveReply(draft.id, changeOf(draft, knowsFolders), over?.etag)
    if (result.ok) done?.(result.value)
    await team.reloadReplies()
    if (!result.ok) return tell(context, tProblem(result.problem))
    tell(context, sentence, ...(undo === null ? [] : [{ label: t('action.undo'), key: 'z', run: () => undo(result.value) }]))
  }
  const remove = async (reply: SavedReply) => {
    const result = await rest.deleteReply(reply.id, reply.etag)
    // The server may have deleted the reply even if the response to the delete request was lost, so check whether the reply still exists.
    const left = result.ok ? null : await rest.replies()
    const isGone = left === null || (left.ok && !left.value.some(({ id }) => id === reply.id))
    const draft = editor.drafts.peek().get(reply.id)
    if (isGone) editor.close(reply.id)
    await team.reloadReplies()
    if (!result.ok && !isGone) return tell(context, tProblem(result.problem))
    const restore = () => put(draftOfReply(reply), null, s('saved.restored', { title: reply.title }), null, ({ updated_at }) => {
      if (draft !== undefined && isDraftChanged(draft, reply)) editor.begin({ ...draft, base: updated_at })
    })
    tell(context, s('saved.deleted', { title: reply.title }), { label: t('action.undo'), key: 'z', run: () => void restore() })
  }
  const move = (reply: SavedReply, folder: string) => void put({ ...draftOfReply(reply), folder }, reply, folder === '' ? s('saved.moved_out', { title: reply.title }) : s('saved.moved', { title: reply.title, folder }), (moved) => void put(draftOfReply(reply), moved, s('saved.restored', { title: reply.title })))
  const itemsFor = (reply: SavedReply): readonly MenuItem[] => {
    const duplicate: readonly MenuItem[] = mayWrite ? [{ id: 'copy', label: s('saved.copy'), onPick: () => copy(reply) }] : []
    if (!mayChange(reply)) return duplicate
    const here = reply.folder ?? ''
    const moves = knowsFolders ? [...folders.filter((folder) => folder !== here).slice(0, MOVES_MAX).map((folder) => ({ id: `move-${folder}`, label: s('saved.move', { folder }), onPick: () => move(reply, folder) })), ...(here === '' ? [] : [{ id: 'move-out', label: s('saved.move_out'), onPick: () => move(reply, '') }])] : []
    return [{ id: 'edit', label: s('saved.edit'), onPick: () => editor.open(reply) }, ...duplicate, ...moves, { id: 'delete', label: t('app.delete'), isDanger: true, onPick: () => void remove(reply) }]
  }
  /** Focuses the row of a saved reply after its form has closed. The row of a new reply exists only after the list has been reloaded. */
  const toRow = async (id: string) => {
    const focus = () => requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`[data-reply="${id}"] button`)?.focus())
    focus()
    const isThere = replies.some((reply) => reply.id === id)
    await team.reloadReplies()
    if (!isThere) focus()
  }
  const form = (draft: ReplyDraft) => {
    const reply = replies.find(({ id }) => id === draft.id)
    const isOwn = draft.personal || isAdmin
    return (
      <Editor key={draft.id} editor={editor} draft={draft} agent={agent} isAdmin={isAdmin} knowsFolders={knowsFolders} folders={folders}
        onSaved={() => { tell(context, s('saved.saved')); void toRow(draft.id) }}
        onTheirs={() => { editor.close(draft.id); void toRow(draft.id) }}
        onClose={() => { cancel(draft); void toRow(draft.id) }}
        onDelete={reply !== undefined && isOwn ? () => void remove(reply) : null}
      />
    )
  }
  const cancel = (draft: ReplyDraft) => {
    editor.close(draft.id)
    if (isDraftChanged(draft, replies.find(({ id }) => id === draft.id))) tell(context, s('saved.discarded'), { label: t('action.undo'), key: 'z', run: () => editor.begin(draft) })
  }
  const isIn = (reply: SavedReply) => (scope === 'all' || (scope === 'mine') === isPersonal(reply)) && (asked.trim() === '' || isFound(reply, asked.trim()))
  const shown = replies.filter((reply) => isIn(reply) || editor.drafts.value.has(reply.id))
  // Drafts of saved replies that are not in the list: new replies, and replies that were deleted elsewhere while this person was editing
  // them.
  const loose = drafts.filter(({ id }) => !replies.some((reply) => reply.id === id))
  const isEmpty = team.hasReplies.value && replies.length === 0 && loose.length === 0
  const add = mayWrite ? <Button kind="primary" icon="plus" testid={T.replyNew} onClick={() => begin({})}>{s('saved.new')}</Button> : undefined
  return (
    <ScreenPage context={context} title={inLanguage(title)} hint={mayWrite ? s(knowsFolders && !isAdmin ? 'saved.hint_agent' : 'saved.hint') : s('saved.only_admins')} testid={T.replies} action={isEmpty ? undefined : add}>
      <div ref={body} class="replies-screen">
        {replies.length > 0 && (
          <div class="replies-tools">
            <input type="search" value={asked} placeholder={s('saved.search')} aria-label={s('saved.search')} data-testid={R.search} onInput={(event) => setAsked(event.currentTarget.value)} />
            {knowsFolders && (
              <div class="replies-scopes" role="toolbar" tabIndex={-1} aria-label={s('saved.show')} data-testid={R.scope} onKeyDown={arrows}>
                {SCOPES.map((one) => <button key={one} type="button" class="tab" aria-pressed={scope === one} tabIndex={scope === one ? 0 : -1} data-scope={one} onClick={() => setScope(one)}>{s(`saved.scope.${one}`)}</button>)}
              </div>
            )}
          </div>
        )}
        {loose.map(form)}
        {!team.hasReplies.value && <Skeleton lines={3} />}
        {isEmpty && <Empty icon="saved" title={s('saved.none')} action={mayWrite ? { label: s('saved.new'), run: () => begin({}), isMain: true, testid: T.replyNew } : undefined}>{s('saved.none_hint')}</Empty>}
        {replies.length > 0 && shown.length === 0 && <Empty icon="search" title={s('saved.not_found')} action={{ label: s('saved.show_all'), run: () => { setAsked(''); setScope('all') } }}>{s('saved.not_found_hint')}</Empty>}
        {inFolders(shown, language()).map(({ name, replies: list }) => (
          <section key={name ?? ''} class="replies-folder" aria-label={name ?? s('saved.no_folder')} data-testid={R.folder} data-folder={name ?? ''}>
            {(name !== null || folders.length > 0) && <h2><bdi>{name ?? s('saved.no_folder')}</bdi> <span class="muted">{list.length}</span></h2>}
            <ul>
              {list.map((reply) => {
                const draft = editor.drafts.value.get(reply.id)
                return draft === undefined
                  ? <ReplyRow key={reply.id} reply={reply} agent={agent} onEdit={mayChange(reply) ? () => editor.open(reply) : null} onCopy={() => copy(reply)} items={itemsFor(reply)} />
                  : <li key={reply.id} class="reply-row" data-testid={T.replyRow} data-shortcut={reply.shortcut}>{form(draft)}</li>
              })}
            </ul>
          </section>
        ))}
      </div>
    </ScreenPage>
  )
}
