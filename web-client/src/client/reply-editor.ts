// Edits saved replies. Several drafts can be open at once. Unsaved drafts are also stored on this device.

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
  /** The saved reply's `updated_at` when this draft was opened. Null for a new reply. */
  readonly base: string | null
  readonly shortcut: string
  readonly title: string
  readonly body: string
  readonly folder: string
  /** Whether only its author can use the reply. Cannot be changed after the first save. */
  readonly personal: boolean
}

export type ReplyField = 'shortcut' | 'title' | 'body' | 'folder'
export type ReplyFault = 'shortcut' | 'taken' | 'empty' | 'long'
export type ReplyFaults = ReadonlyMap<ReplyField, ReplyFault>

/** `overtaken`: another person has saved or deleted the reply since the draft was opened. */
export type SaveOutcome = 'saved' | 'overtaken' | 'refused' | 'busy'

export interface ReplyEditor {
  /** Drafts by reply id, in the order in which they were opened. */
  readonly drafts: ReadonlySignal<ReadonlyMap<string, ReplyDraft>>
  readonly busy: ReadonlySignal<ReadonlySet<string>>
  /** Why the last save of a draft failed, by reply id. Cleared when the draft changes. */
  readonly problems: ReadonlySignal<ReadonlyMap<string, Problem>>
  readonly overtaken: ReadonlySignal<ReadonlySet<string>>
  begin(draft: ReplyDraft): void
  /** Opens a draft of an existing saved reply. */
  open(reply: SavedReply): void
  change(id: string, part: Partial<ReplyDraft>): void
  close(id: string): void
  save(id: string, how?: { readonly anyway: boolean }): Promise<SaveOutcome>
}

interface EditorParts {
  readonly list: () => Promise<Result<readonly SavedReply[]>>
  /** Saves a reply. If the stored reply no longer has this `etag`, the server refuses with `precondition_failed`. */
  readonly save: (id: string, change: SavedReplyChange, etag?: string | null) => Promise<Result<SavedReply>>
  /** Whether the server supports folders and personal replies; older servers do not. */
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

/** Converts a draft to the body of the save request. Omits `folder` and `personal` if the server does not support them. */
export function changeOf(draft: ReplyDraft, knowsFolders: boolean): SavedReplyChange {
  const folder = writtenLine(draft.folder)
  return { shortcut: draft.shortcut, title: writtenLine(draft.title), body: written(draft.body), ...(knowsFolders ? { personal: draft.personal, ...(folder === '' ? {} : { folder }) } : {}) }
}

export function createReplyEditor({ list, save, knowsFolders, kept }: EditorParts): ReplyEditor {
  const drafts = signal<ReadonlyMap<string, ReplyDraft>>(restored(kept))
  const busy = signal<ReadonlySet<string>>(new Set())
  const problems = signal<ReadonlyMap<string, Problem>>(new Map())
  const overtaken = signal<ReadonlySet<string>>(new Set())
  /** Each draft as it was when it was opened, by reply id, as JSON. Used to detect changes. */
  const opened = new Map<string, string>()
  /** The text last sent to the server, by reply id. If the response was lost, comparing with this text shows whether the save succeeded. */
  const sent = new Map<string, string>()
  /** The stored reply as it was last loaded, by id; null if it was deleted. "Save anyway" overwrites only this version. */
  const theirs = new Map<string, SavedReply | null>()
  const put = (draft: ReplyDraft) => {
    drafts.value = new Map(drafts.peek()).set(draft.id, draft)
    const text = JSON.stringify(draft)
    // Do not store an unchanged draft on this device: the server has its text, and that text may change.
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
   * Saves a reply only if the stored version is still the one that the draft is based on. With `anyway`, the stored version must instead be
   * the one that the person was shown last. Returns null if another version is stored. If the stored text already equals the new text,
   * returns the stored reply: an earlier save succeeded, and only the response to that save was lost.
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
    // The person changed the draft while it was being saved. Keep the draft, based on the version that was saved.
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

/** The editable text of a saved reply, as one string for comparison. */
function wordsOf({ shortcut, title, body, folder }: SavedReply | SavedReplyChange): string {
  return JSON.stringify([shortcut, title, body, folder ?? ''])
}

const keptDraft = object({ id: string, base: nullable(string), shortcut: string, title: string, body: string, folder: string, personal: bool })

function restored(kept: KeptTexts): ReadonlyMap<string, ReplyDraft> {
  const drafts = kept.ids().map((id) => keptDraft(parseJson(kept.of(id).read()))).filter((draft) => draft !== undefined)
  return new Map(drafts.map((draft) => [draft.id, draft]))
}
