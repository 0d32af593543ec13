// Saved replies being edited, any number at once. Unsaved drafts are also kept on this device.

import { batch, signal, type ReadonlySignal } from '@preact/signals'
import { LIMITS, type SavedReply, type SavedReplyChange } from '../protocol/generated.ts'
import type { Problem } from '../protocol/model.ts'
import { parseJson } from '../protocol/narrow.ts'
import { bool, nullable, object, string } from '../protocol/shape.ts'
import type { Result } from '../rest/request.ts'
import type { KeptTexts } from './kept-text.ts'
import { isPersonal } from './saved-replies.ts'
import { isWritten, written, writtenLine } from './written.ts'

export interface ReplyDraft {
  readonly id: string
  /** The reply's `updated_at` when this draft began; null for a new reply. */
  readonly base: string | null
  readonly shortcut: string
  readonly title: string
  readonly body: string
  readonly folder: string
  /** Fixed when the reply is first saved. */
  readonly personal: boolean
}

export type ReplyField = 'shortcut' | 'title' | 'body' | 'folder'
export type ReplyFault = 'shortcut' | 'taken' | 'empty' | 'long'
export type ReplyFaults = ReadonlyMap<ReplyField, ReplyFault>

/** `overtaken`: another person has saved or deleted the reply since the draft began. */
export type SaveOutcome = 'saved' | 'overtaken' | 'refused' | 'busy'

export interface ReplyEditor {
  /** Drafts by id, in the order in which they were begun. */
  readonly drafts: ReadonlySignal<ReadonlyMap<string, ReplyDraft>>
  readonly busy: ReadonlySignal<ReadonlySet<string>>
  /** Why the last attempt failed, by id; cleared when the draft changes. */
  readonly problems: ReadonlySignal<ReadonlyMap<string, Problem>>
  readonly overtaken: ReadonlySignal<ReadonlySet<string>>
  begin(draft: ReplyDraft): void
  /** Begins a draft from a saved reply. */
  open(reply: SavedReply): void
  change(id: string, part: Partial<ReplyDraft>): void
  close(id: string): void
  save(id: string, how?: { readonly anyway: boolean }): Promise<SaveOutcome>
}

interface EditorParts {
  readonly list: () => Promise<Result<readonly SavedReply[]>>
  /** With the `etag` that was seen, the server refuses to overwrite a later change: `precondition_failed`. */
  readonly save: (id: string, change: SavedReplyChange, etag?: string | null) => Promise<Result<SavedReply>>
  /** Whether the server supports folders and personal replies. */
  readonly knowsFolders: () => boolean
  readonly kept: KeptTexts
}

const SHORTCUT = /^[a-z0-9_-]{1,40}$/

export function draftOfReply(reply: SavedReply): ReplyDraft {
  return { id: reply.id, base: reply.updated_at, shortcut: reply.shortcut, title: reply.title, body: reply.body, folder: reply.folder ?? '', personal: isPersonal(reply) }
}

export function isDraftChanged(draft: ReplyDraft, reply: SavedReply | undefined): boolean {
  if (reply === undefined) return isWritten(draft.shortcut + draft.title + draft.body)
  return draft.shortcut !== reply.shortcut || draft.title !== reply.title || draft.body !== reply.body || writtenLine(draft.folder) !== (reply.folder ?? '')
}

export function faultsOfReply(draft: ReplyDraft): ReplyFaults {
  const faults = new Map<ReplyField, ReplyFault>()
  if (!SHORTCUT.test(draft.shortcut)) faults.set('shortcut', draft.shortcut === '' ? 'empty' : 'shortcut')
  if (!isWritten(draft.title)) faults.set('title', 'empty')
  else if ([...writtenLine(draft.title)].length > LIMITS.saved_reply_title_chars_max) faults.set('title', 'long')
  if (!isWritten(draft.body)) faults.set('body', 'empty')
  else if (new TextEncoder().encode(written(draft.body)).length > LIMITS.body_bytes_max) faults.set('body', 'long')
  if ([...writtenLine(draft.folder)].length > LIMITS.reply_folder_chars_max) faults.set('folder', 'long')
  return faults
}

/** The request for a draft. A server without folders gets neither `folder` nor `personal`. */
export function changeOf(draft: ReplyDraft, knowsFolders: boolean): SavedReplyChange {
  const folder = writtenLine(draft.folder)
  return { shortcut: draft.shortcut, title: writtenLine(draft.title), body: written(draft.body), ...(knowsFolders ? { personal: draft.personal, ...(folder === '' ? {} : { folder }) } : {}) }
}

export function createReplyEditor({ list, save, knowsFolders, kept }: EditorParts): ReplyEditor {
  const drafts = signal<ReadonlyMap<string, ReplyDraft>>(restored(kept))
  const busy = signal<ReadonlySet<string>>(new Set())
  const problems = signal<ReadonlyMap<string, Problem>>(new Map())
  const overtaken = signal<ReadonlySet<string>>(new Set())
  /** Drafts in the state in which they were opened, as JSON, by id. */
  const opened = new Map<string, string>()
  /** The words sent last, by id: the answer may have been lost. */
  const sent = new Map<string, string>()
  /** The stored reply when it was last loaded, by id: saving anyway overwrites this state. */
  const theirs = new Map<string, SavedReply | null>()
  const put = (draft: ReplyDraft) => {
    drafts.value = new Map(drafts.peek()).set(draft.id, draft)
    const text = JSON.stringify(draft)
    // A reply that was only opened is not kept: its words are on the server and may change there.
    kept.of(draft.id).write(text === opened.get(draft.id) ? '' : text)
  }
  const clear = (id: string) => batch(() => {
    if (problems.peek().has(id)) problems.value = without(problems.peek(), id)
    if (overtaken.peek().has(id)) overtaken.value = new Set([...overtaken.peek()].filter((one) => one !== id))
  })
  const begin = (draft: ReplyDraft) => {
    if (!drafts.peek().has(draft.id)) put(draft)
  }
  const close = (id: string) => {
    clear(id)
    drafts.value = without(drafts.peek(), id)
    kept.of(id).write('')
  }
  const storedAs = async (id: string): Promise<Result<SavedReply | null>> => {
    const all = await list()
    if (!all.ok) return all
    const value = all.value.find((one) => one.id === id) ?? null
    theirs.set(id, value)
    return { ok: true, value }
  }
  /**
   * Saves over the state that the draft began from or, with `anyway`, over the state that the person was shown. Null: the reply has changed since. If
   * the stored words already equal the wanted ones, an earlier save succeeded and only its answer was lost.
   */
  const sendOver = async ({ id, base }: ReplyDraft, change: SavedReplyChange, anyway: boolean): Promise<Result<SavedReply> | null> => {
    if (!anyway || !theirs.has(id)) {
      const now = await storedAs(id)
      if (!now.ok) return now
      const before = now.value
      if (before !== null && wordsOf(before) === wordsOf(change)) return { ok: true, value: before }
      if (!anyway && (before === null ? base !== null : before.updated_at !== base && wordsOf(before) !== sent.get(id))) return null
    }
    sent.set(id, wordsOf(change))
    const result = await save(id, change, theirs.get(id)?.etag)
    if (result.ok || (result.problem.code !== 'precondition_failed' && result.problem.code !== 'conflict')) return result
    const after = await storedAs(id)
    if (after.ok && after.value !== null && wordsOf(after.value) === wordsOf(change)) return { ok: true, value: after.value }
    return result.problem.code === 'precondition_failed' ? null : result
  }
  const attempt = async (draft: ReplyDraft, anyway: boolean): Promise<SaveOutcome> => {
    const result = await sendOver(draft, changeOf(draft, knowsFolders()), anyway)
    if (result === null) {
      overtaken.value = new Set([...overtaken.peek(), draft.id])
      return 'overtaken'
    }
    if (!result.ok) {
      problems.value = new Map(problems.peek()).set(draft.id, result.problem)
      return 'refused'
    }
    const now = drafts.peek().get(draft.id)
    // Keep what was typed during the save, based on the saved reply.
    if (now === undefined || now === draft) close(draft.id)
    else put({ ...now, base: result.value.updated_at })
    return 'saved'
  }
  return {
    drafts, busy, problems, overtaken, close,
    begin,
    open(reply) {
      const draft = draftOfReply(reply)
      opened.set(draft.id, JSON.stringify(draft))
      begin(draft)
    },
    change(id, part) {
      const draft = drafts.peek().get(id)
      if (draft === undefined) return
      batch(() => {
        if (problems.peek().has(id)) problems.value = without(problems.peek(), id)
        put({ ...draft, ...part })
      })
    },
    async save(id, { anyway } = { anyway: false }) {
      const draft = drafts.peek().get(id)
      if (draft === undefined || busy.peek().has(id)) return 'busy'
      batch(() => {
        clear(id)
        busy.value = new Set([...busy.peek(), id])
      })
      const outcome = await attempt(draft, anyway)
      busy.value = new Set([...busy.peek()].filter((one) => one !== id))
      return outcome
    },
  }
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  return new Map([...map].filter(([one]) => one !== key))
}

/** The words that a change of a reply may affect, as one text for comparison. */
function wordsOf({ shortcut, title, body, folder }: SavedReply | SavedReplyChange): string {
  return JSON.stringify([shortcut, title, body, folder ?? ''])
}

const keptDraft = object({ id: string, base: nullable(string), shortcut: string, title: string, body: string, folder: string, personal: bool })

function restored(kept: KeptTexts): ReadonlyMap<string, ReplyDraft> {
  const drafts = kept.ids().map((id) => keptDraft(parseJson(kept.of(id).read()))).filter((draft) => draft !== undefined)
  return new Map(drafts.map((draft) => [draft.id, draft]))
}
