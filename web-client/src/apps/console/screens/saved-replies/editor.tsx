// The form for one saved reply. It is shown in the list, in place of the reply's row.

import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { faultsOfReply, type ReplyDraft, type ReplyEditor, type ReplyFaults, type ReplyField } from '../../../../client/reply-editor.ts'
import { VARIABLES, type Variable } from '../../../../client/saved-replies.ts'
import { LIMITS } from '../../../../protocol/generated.ts'
import type { Problem } from '../../../../protocol/model.ts'
import { t } from '../../../../locales/index.ts'
import { fieldOf } from '../../../../locales/reasons.ts'
import { T } from '../../../../testids.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import { Field, RadioGroup, TextField } from '../../../../ui/kit/field.tsx'
import { Preview } from './preview.tsx'
import { s } from './strings.ts'
import { R } from './testids.ts'

export interface EditorProps {
  readonly editor: ReplyEditor
  readonly draft: ReplyDraft
  readonly agent: string
  readonly isAdmin: boolean
  readonly knowsFolders: boolean
  readonly folders: readonly string[]
  readonly onSaved: () => void
  /** Discards this person's draft of the saved reply and shows the version that another person has saved. */
  readonly onTheirs: () => void
  readonly onClose: () => void
  /** Null if the reply cannot be deleted, for example because it has never been saved. */
  readonly onDelete: (() => void) | null
}

const FIELDS: readonly ReplyField[] = ['shortcut', 'title', 'folder', 'body']

export function Editor({ editor, draft, agent, isAdmin, knowsFolders, folders, onSaved, onTheirs, onClose, onDelete }: EditorProps) {
  const [isTried, setTried] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const id = useId()
  const problem = editor.problems.value.get(draft.id) ?? null
  const isBusy = editor.busy.value.has(draft.id)
  const faults = faultsOfReply(draft)
  const error = (field: ReplyField) => errorAt(field, faults, isTried, problem, draft)
  const change = (part: Partial<ReplyDraft>) => editor.change(draft.id, part)
  // When the form opens, focus its first field and scroll the form into view.
  useLayoutEffect(() => { form.current?.querySelector<HTMLElement>('input')?.focus({ preventScroll: true }); form.current?.scrollIntoView({ block: 'nearest' }) }, [])
  const toFault = () => requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
  const save = async (anyway = false) => {
    setTried(true)
    if (faults.size > 0) return void toFault()
    const outcome = await editor.save(draft.id, { anyway })
    if (outcome === 'saved') onSaved()
    else if (outcome === 'refused') toFault()
  }
  const unplaced = problem !== null && FIELDS.every((field) => !isAt(field, problem)) ? problem : null
  return (
    <form ref={form} class="card reply-editor" data-testid={R.form} data-id={draft.id} noValidate onSubmit={(event) => { event.preventDefault(); void save() }}>
      {draft.base === null && isAdmin && knowsFolders && <RadioGroup label={s('saved.for')} value={draft.personal ? 'mine' : 'team'} options={[{ value: 'team', label: s('saved.for_team') }, { value: 'mine', label: s('saved.for_me') }]} testid={R.personal} onChange={(who) => change({ personal: who === 'mine' })} />}
      <div class="reply-fields">
        <TextField label={t('replies.shortcut')} dir="ltr" value={draft.shortcut} error={error('shortcut')} testid={T.replyShortcut} onChange={(shortcut) => change({ shortcut })} />
        <TextField label={t('replies.name')} value={draft.title} error={error('title')} testid={T.replyTitle} onChange={(title) => change({ title })} />
        {knowsFolders && <TextField label={s('saved.folder')} placeholder={s('saved.no_folder')} list={`${id}-folders`} value={draft.folder} error={error('folder')} testid={R.folderField} onChange={(folder) => change({ folder })} />}
        <datalist id={`${id}-folders`}>{folders.map((folder) => <option key={folder} value={folder} />)}</datalist>
      </div>
      <BodyField draft={draft} error={error('body')} onChange={(body) => change({ body })} />
      <Preview body={draft.body} agent={agent} />
      <ProblemLine problem={unplaced} />
      {editor.overtaken.value.has(draft.id) && (
        <div class="reply-overtaken" role="alert" data-testid={R.overtaken}>
          <span>{s('saved.overtaken')}</span>
          <Button onClick={onTheirs}>{s('saved.theirs')}</Button>
          <Button kind="quiet" onClick={() => void save(true)}>{s('saved.anyway')}</Button>
        </div>
      )}
      <div class="actions">
        <Button kind="primary" type="submit" isBusy={isBusy} testid={T.replySave}>{t('app.save')}</Button>
        <Button kind="quiet" testid={R.cancel} onClick={onClose}>{t('app.cancel')}</Button>
        <span class="spacer" />
        {onDelete !== null && <Button kind="danger" testid={T.replyDelete} onClick={onDelete}>{t('app.delete')}</Button>}
      </div>
    </form>
  )
}

const isAt = (field: ReplyField, problem: Problem) => (problem.code === 'conflict' ? field === 'shortcut' : fieldOf(problem)?.name === field)

/**
 * The error of a field. An invalid or too long value shows its error at once. A missing value shows its error after the first attempt to
 * save, and a refused value after the server's response.
 */
function errorAt(field: ReplyField, faults: ReplyFaults, isTried: boolean, problem: Problem | null, draft: ReplyDraft): string | null {
  const fault = faults.get(field)
  if (fault === 'shortcut') return s('saved.fault.shortcut')
  if (fault !== undefined && (isTried || fault === 'long')) return fault === 'empty' ? s('saved.fault.empty') : s('saved.fault.long')
  if (problem === null || !isAt(field, problem)) return null
  return problem.code === 'conflict' ? s('saved.fault.taken', { shortcut: `/${draft.shortcut}` }) : (fieldOf(problem)?.why ?? null)
}

/** The placeholder that is inserted for a variable. For a customer's name it includes a fallback, used if the name is not known. */
const placeOf = (variable: Variable) => (variable === 'customer_first_name' || variable === 'customer_name' ? `{{${variable}|${s('saved.fallback')}}}` : `{{${variable}}}`)

function BodyField({ draft, error, onChange }: { readonly draft: ReplyDraft; readonly error: string | null; readonly onChange: (body: string) => void }) {
  const area = useRef<HTMLTextAreaElement>(null)
  const insert = (variable: Variable) => {
    const element = area.current
    if (element === null) return
    const [from, to] = [element.selectionStart, element.selectionEnd]
    const place = placeOf(variable)
    onChange(draft.body.slice(0, from) + place + draft.body.slice(to))
    element.focus()
    requestAnimationFrame(() => element.setSelectionRange(from + place.length, from + place.length))
  }
  const left = LIMITS.body_bytes_max - new TextEncoder().encode(draft.body).length
  return (
    <div class="reply-body">
      <Field label={t('replies.body')} error={error} hint={left < 500 ? s('saved.left', { n: Math.max(0, left) }) : s('saved.body_hint')}>
        {(control) => <textarea {...control} ref={area} rows={6} value={draft.body} dir="auto" data-testid={T.replyBody} onInput={(event) => onChange(event.currentTarget.value)} />}
      </Field>
      <div class="reply-variables" role="group" aria-label={s('saved.insert')}>
        {VARIABLES.map((variable) => <button key={variable} type="button" class="reply-variable" title={placeOf(variable)} data-testid={R.variable} data-variable={variable} onClick={() => insert(variable)}>+ {s(`saved.var.${variable}`)}</button>)}
      </div>
    </div>
  )
}
